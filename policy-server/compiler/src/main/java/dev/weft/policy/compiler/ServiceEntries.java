/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Format;
import dev.weft.policy.model.PolicyResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads ServiceEntries. */
final class ServiceEntries {
  private static final int MAX_PORT = 65_535;

  private ServiceEntries() {}

  /** Returns the services that a ServiceEntry declares, one for each host. */
  static List<Service> services(PolicyResource entry, Report report) {
    Field spec = Field.spec(entry);
    Service.Resolution resolution = resolution(spec.get("resolution"), report);
    List<Service.Port> ports = ports(spec.get("ports"), report);
    List<Service.Endpoint> endpoints =
        endpoints(spec.get("endpoints"), resolution, entry.namespace(), report);
    Map<String, String> selector = spec.get("workloadSelector").get("labels").textMembers();
    if (ports.isEmpty()) {
      report.severe(
          "NoPorts", spec.get("ports"), "none (expected: at least one); nothing is declared");
    }
    if (resolution == Service.Resolution.STATIC && endpoints.isEmpty() && selector.isEmpty()) {
      report.severe(
          "NoEndpoints",
          spec.get("endpoints"),
          "none (expected: endpoints or workloadSelector, because resolution is STATIC); requests"
              + " are answered with 503");
    }
    if (!spec.get("addresses").items().isEmpty()) {
      report.warning(
          "NotEnforced",
          spec.get("addresses"),
          "clients know services by host; calls to an address are not managed");
    }
    if (!selector.isEmpty() && !endpoints.isEmpty()) {
      report.severe(
          "InvalidValue",
          spec.get("endpoints"),
          "workloadSelector and endpoints exclude each other; the endpoints are left out");
      endpoints = List.of();
    }
    boolean isInternal = spec.get("location").text().equals("MESH_INTERNAL");
    List<String> subjectAltNames = spec.get("subjectAltNames").texts();
    Visibility visibility = Visibility.of(spec.get("exportTo").texts(), entry.namespace());
    List<Service> services = new ArrayList<>();
    for (Field host : spec.get("hosts").items()) {
      if (!Format.HOST.accepts(host.text()) || host.text().equals("*")) {
        report.invalid(host, "a host name, or a wildcard such as *.example.com");
        continue;
      }
      boolean isWildcard = host.text().startsWith("*");
      boolean isLookedUp =
          resolution == Service.Resolution.DNS || resolution == Service.Resolution.DNS_ROUND_ROBIN;
      if (isWildcard && isLookedUp && endpoints.isEmpty()) {
        report.severe(
            "InvalidValue",
            host,
            host.node() + " cannot be resolved by DNS (expected: endpoints, or resolution: NONE)");
        continue;
      }
      services.add(
          new Service(
              host.text().toLowerCase(Locale.ROOT),
              entry.namespace(),
              ports,
              resolution,
              visibility,
              entry.key(),
              endpoints,
              selector,
              isInternal,
              subjectAltNames));
    }
    return services;
  }

  private static Service.Resolution resolution(Field field, Report report) {
    return switch (field.text("NONE")) {
      case "NONE" -> Service.Resolution.NONE;
      case "STATIC" -> Service.Resolution.STATIC;
      case "DNS" -> Service.Resolution.DNS;
      case "DNS_ROUND_ROBIN" -> Service.Resolution.DNS_ROUND_ROBIN;
      default -> {
        report.invalid(field, "NONE, STATIC, DNS or DNS_ROUND_ROBIN");
        yield Service.Resolution.NONE;
      }
    };
  }

  private static List<Service.Port> ports(Field field, Report report) {
    Map<Integer, Service.Port> ports = new TreeMap<>();
    for (Field port : field.items()) {
      Field number = port.get("number");
      int value = (int) report.number(number, 1, MAX_PORT, 0);
      if (value == 0) {
        continue;
      }
      String name = port.get("name").text();
      Protocol protocol =
          port.get("protocol").text().isEmpty()
              ? Protocol.ofPort(value, name)
              : Protocol.of(port.get("protocol").text());
      if (protocol == null) {
        report.severe(
            "InvalidValue",
            port.get("protocol"),
            port.get("protocol").node()
                + " (expected: HTTP, HTTP2, GRPC, HTTPS, TLS or TCP); it is taken as TCP");
        protocol = Protocol.TCP;
      }
      int target = (int) report.number(port.get("targetPort"), 1, MAX_PORT, value);
      Service.Port made = new Service.Port(value, target, name, protocol);
      if (ports.putIfAbsent(value, made) != null) {
        report.invalid(number, "each number once");
      }
    }
    return List.copyOf(ports.values());
  }

  private static List<Service.Endpoint> endpoints(
      Field field, Service.Resolution resolution, String namespace, Report report) {
    List<Service.Endpoint> endpoints = new ArrayList<>();
    for (Field endpoint : field.items()) {
      Field address = endpoint.get("address");
      boolean isIp = IpAddress.isIp(address.text());
      if (resolution == Service.Resolution.STATIC && !isIp) {
        report.invalid(address, "an IP address, because resolution is STATIC");
      } else if (address.text().isEmpty() || address.text().startsWith("unix:")) {
        report.invalid(address, "an IP address or a host name");
      } else {
        endpoints.add(endpoint(endpoint, namespace, report));
      }
    }
    return endpoints;
  }

  private static Service.Endpoint endpoint(Field endpoint, String namespace, Report report) {
    if (!endpoint.get("network").text().isEmpty()) {
      report.warning(
          "NotEnforced",
          endpoint.get("network"),
          "there are no gateways between networks; the address is called as it is");
    }
    String account = endpoint.get("serviceAccount").text();
    Map<String, Integer> ports = new LinkedHashMap<>();
    endpoint
        .get("ports")
        .members()
        .forEach(
            (name, port) -> {
              int number = (int) report.number(port, 1, MAX_PORT, 0);
              if (number > 0) {
                ports.put(name, number);
              }
            });
    return new Service.Endpoint(
        endpoint.get("address").text(),
        ports,
        endpoint.get("labels").textMembers(),
        endpoint.get("locality").text(),
        (int) Math.max(1, report.number(endpoint.get("weight"), 0, Integer.MAX_VALUE, 1)),
        account.isEmpty() ? null : new Service.Account(namespace, account));
  }
}
