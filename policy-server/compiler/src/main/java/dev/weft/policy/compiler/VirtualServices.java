/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.Format;
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

  private final PerResource<Compiled> made;

  private VirtualServices(PerResource<Compiled> made) {
    this.made = made;
  }

  /**
   * Compiles them.
   *
   * @param resources oldest first
   * @param before those of the compilation before, if it had the same services and rules; else null
   */
  static VirtualServices of(
      List<PolicyResource> resources,
      Services services,
      DestinationRules rules,
      @Nullable VirtualServices before,
      Set<Finding> findings) {
    VirtualServices all =
        new VirtualServices(before == null ? PerResource.empty() : before.made.next());
    Destinations destinations = new Destinations(services, rules);
    for (PolicyResource resource : resources) {
      all.add(
          resource,
          all.made.get(
              resource,
              findings,
              (one, report) -> Compiled.of(one, services, destinations, report)),
          new Report(resource.key(), findings));
    }
    return all;
  }

  private void add(PolicyResource resource, Compiled compiled, Report report) {
    List<Field> hostFields = Field.spec(resource).get("hosts").items();
    int index = 0;
    for (Field hostField : hostFields) {
      if (index == compiled.hosts().size() || !Format.HOST.accepts(hostField.text())) {
        continue;
      }
      List<Compiled> sameHost =
          byHost.computeIfAbsent(compiled.hosts().get(index++), key -> new ArrayList<>());
      if (sameHost.stream().noneMatch(one -> one.resource().equals(compiled.resource()))) {
        reportConflict(compiled, sameHost, hostField, report);
        sameHost.add(compiled);
      }
    }
    sourceLabels.addAll(compiled.sourceLabels());
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
   * @param hosts the full names and wildcards that it is for; none if it is not in effect
   * @param visibility which callers it is for
   * @param routes its routes by the port that callers name
   * @param sourceLabels the labels of callers that its matches ask for
   */
  record Compiled(
      ResourceKey resource,
      List<String> hosts,
      Visibility visibility,
      Map<Integer, List<RouteTemplate>> routes,
      Set<String> sourceLabels) {

    static Compiled of(
        PolicyResource resource, Services services, Destinations destinations, Report report) {
      Field spec = Field.spec(resource);
      Visibility visibility = Visibility.of(spec.get("exportTo").texts(), resource.namespace());
      List<String> hosts = new ArrayList<>();
      Map<Integer, List<RouteTemplate>> routes = new HashMap<>();
      Set<String> sourceLabels = new HashSet<>();
      if (isInEffect(spec, report)) {
        VirtualServiceRoutes compiler = new VirtualServiceRoutes(resource, destinations, report);
        for (Field hostField : spec.get("hosts").items()) {
          if (!report.isOf(Format.HOST, hostField)) {
            continue;
          }
          String host = services.resolve(hostField.text(), resource.namespace());
          hosts.add(host);
          Set<Integer> ports = httpPorts(host, services);
          if (ports.isEmpty()) {
            ports = Set.of(DEFAULT_PORT);
            warnOfUnknownHost(hostField, host, services, report);
          }
          ports.forEach(port -> routes.computeIfAbsent(port, compiler::compile));
        }
        for (Field http : spec.get("http").items()) {
          for (Field match : http.get("match").items()) {
            sourceLabels.addAll(match.get("sourceLabels").textMembers().keySet());
          }
        }
      }
      return new Compiled(resource.key(), hosts, visibility, routes, sourceLabels);
    }

    private static boolean isInEffect(Field spec, Report report) {
      if (!spec.get("hosts").isPresent()) {
        report.severe(
            "NotSupported",
            spec.get("hosts"),
            "unset (expected: at least one; what others delegate to is not supported); it applies"
                + " to nothing");
        return false;
      }
      report.notEnforced(spec.get("tcp"));
      report.notEnforced(spec.get("tls"));
      List<String> gateways = spec.get("gateways").texts();
      if (!gateways.isEmpty() && !gateways.contains(VirtualServiceRoutes.MESH)) {
        report.severe(
            "NotSupported",
            spec.get("gateways"),
            gateways + " (expected: mesh among them, or none); there are no gateways here");
        return false;
      }
      return !spec.get("http").items().isEmpty();
    }
  }
}
