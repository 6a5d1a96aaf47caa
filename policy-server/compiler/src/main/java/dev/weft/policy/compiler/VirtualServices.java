/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All VirtualServices, by the hosts that they are for. Immutable once made. */
final class VirtualServices {
  /** Where a VirtualService for a host that is no service listens, as in Istio. */
  static final int DEFAULT_PORT = 80;

  /** By the host's full name or wildcard; oldest first. */
  private final Map<String, List<Compiled>> byHost = new HashMap<>();

  private final Set<String> sourceLabels = new HashSet<>();

  private VirtualServices() {}

  /**
   * Compiles them.
   *
   * @param resources oldest first
   */
  static VirtualServices of(
      List<PolicyResource> resources,
      Services services,
      DestinationRules rules,
      Set<Finding> findings) {
    VirtualServices all = new VirtualServices();
    Destinations destinations = new Destinations(services, rules);
    for (PolicyResource resource : resources) {
      all.add(resource, services, destinations, new Report(resource.key(), findings));
    }
    return all;
  }

  private void add(
      PolicyResource resource, Services services, Destinations destinations, Report report) {
    Field spec = Field.spec(resource);
    List<String> gateways = spec.get("gateways").texts();
    report.notEnforced(spec.get("tcp"));
    report.notEnforced(spec.get("tls"));
    if (!gateways.isEmpty() && !gateways.contains(VirtualServiceRoutes.MESH)) {
      report.severe(
          "NotSupported",
          spec.get("gateways"),
          gateways + " (expected: mesh among them, or none); there are no gateways here");
      return;
    }
    if (spec.get("http").items().isEmpty()) {
      return;
    }
    VirtualServiceRoutes routes = new VirtualServiceRoutes(resource, destinations, report);
    Map<Integer, List<RouteTemplate>> byPort = new HashMap<>();
    Visibility visibility = Visibility.of(spec.get("exportTo").texts(), resource.namespace());
    Compiled compiled = new Compiled(resource.key(), visibility, byPort);
    for (Field hostField : spec.get("hosts").items()) {
      String host = services.resolve(hostField.text(), resource.namespace());
      Set<Integer> ports = httpPorts(host, services);
      if (ports.isEmpty()) {
        ports = Set.of(DEFAULT_PORT);
        warnOfUnknownHost(hostField, host, services, report);
      }
      ports.forEach(port -> byPort.computeIfAbsent(port, routes::compile));
      List<Compiled> sameHost = byHost.computeIfAbsent(host, key -> new ArrayList<>());
      reportConflict(compiled, sameHost, hostField, report);
      sameHost.add(compiled);
    }
    spec.get("http").items().stream()
        .flatMap(http -> http.get("match").items().stream())
        .forEach(match -> sourceLabels.addAll(match.get("sourceLabels").textMembers().keySet()));
  }

  private static Set<Integer> httpPorts(String host, Services services) {
    Set<Integer> ports = new TreeSet<>();
    for (Service service : services.covered(host)) {
      service.ports().stream()
          .filter(port -> port.protocol().isHttp())
          .forEach(port -> ports.add(port.number()));
    }
    return ports;
  }

  private static void warnOfUnknownHost(
      Field field, String host, Services services, Report report) {
    boolean isService = !services.covered(host).isEmpty();
    report.warning(
        "HostNotFound",
        field,
        isService
            ? host + " has no HTTP port; the routes apply to no request"
            : host
                + " is no service that agents announce or a ServiceEntry declares; the routes"
                + " apply on port "
                + DEFAULT_PORT);
  }

  private static void reportConflict(
      Compiled compiled, List<Compiled> sameHost, Field host, Report report) {
    for (Compiled older : sameHost) {
      boolean isSameTier = older.visibility().isPublic() == compiled.visibility().isPublic();
      if (isSameTier && older.visibility().overlaps(compiled.visibility())) {
        report.severe(
            "HostConflict",
            host,
            "the older " + older.resource() + " is for the same host and wins");
        return;
      }
    }
  }

  /** Returns the labels of callers that some match asks for. */
  Set<String> sourceLabels() {
    return sourceLabels;
  }

  /**
   * Returns what holds for a host in the eyes of a namespace, or null: the most specific host
   * first, then what is not for everybody, then the oldest.
   */
  @Nullable Compiled find(String host, String namespace) {
    Compiled exact = visible(byHost.get(host), namespace);
    if (exact != null) {
      return exact;
    }
    for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      Compiled wildcard = visible(byHost.get("*" + host.substring(dot)), namespace);
      if (wildcard != null) {
        return wildcard;
      }
    }
    return visible(byHost.get("*"), namespace);
  }

  private static @Nullable Compiled visible(@Nullable List<Compiled> candidates, String namespace) {
    Compiled found = null;
    for (Compiled candidate : candidates == null ? List.<Compiled>of() : candidates) {
      if (candidate.visibility().includes(namespace)
          && (found == null
              || (found.visibility().isPublic() && !candidate.visibility().isPublic()))) {
        found = candidate;
      }
    }
    return found;
  }

  /** Returns the hosts that are no services a namespace sees, and what holds for them. */
  Map<String, Compiled> unknownHosts(Services services, String namespace) {
    Map<String, Compiled> unknown = new TreeMap<>();
    byHost.forEach(
        (host, candidates) -> {
          Compiled compiled = visible(candidates, namespace);
          if (compiled != null
              && services.covered(host).stream()
                  .noneMatch(service -> service.visibility().includes(namespace))) {
            unknown.put(host, compiled);
          }
        });
    return unknown;
  }

  /**
   * A compiled VirtualService.
   *
   * @param resource its name
   * @param visibility which callers it is for
   * @param routes its routes by the port that callers name
   */
  record Compiled(
      ResourceKey resource, Visibility visibility, Map<Integer, List<RouteTemplate>> routes) {}
}
