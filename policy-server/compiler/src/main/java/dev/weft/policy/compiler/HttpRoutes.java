/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All HTTPRoutes, by the service and port that their parents name. A route in the service's own
 * namespace is for all callers, one elsewhere for the callers of its namespace only, who then do
 * not get the others. Immutable once made.
 */
final class HttpRoutes {
  private static final String ISTIO_NETWORKING = "networking.istio.io";
  private static final String GATEWAY_API = "gateway.networking.k8s.io";
  private static final int MAX_PORT = 65_535;

  private final Map<Parent, List<Attached>> byParent = new HashMap<>();

  private final PerResource<List<HttpRouteRules.Compiled>> made;

  private HttpRoutes(PerResource<List<HttpRouteRules.Compiled>> made) {
    this.made = made;
  }

  /**
   * Compiles them.
   *
   * @param resources oldest first
   * @param virtualServices what wins where both are for a host
   * @param before those of the compilation before, if it had the same services; else null
   */
  static HttpRoutes of(
      List<PolicyResource> resources,
      Services services,
      VirtualServices virtualServices,
      @Nullable HttpRoutes before,
      Set<Finding> findings) {
    HttpRoutes all = new HttpRoutes(before == null ? PerResource.empty() : before.made.next());
    for (PolicyResource resource : resources) {
      Report report = new Report(resource.key(), findings);
      Field spec = Field.spec(resource);
      if (!spec.get("hostnames").items().isEmpty()) {
        report.warning(
            "HostnamesIgnored",
            spec.get("hostnames"),
            "hostnames mean nothing where the parent is a service");
      }
      if (spec.get("parentRefs").items().isEmpty()) {
        report.severe(
            "NoMatchingParent",
            spec.get("parentRefs"),
            "none (expected: at least one Service, ServiceEntry or Hostname); the route applies to"
                + " no request");
      }
      if (spec.get("useDefaultGateways").text("None").equals("All")) {
        report.severe(
            "NotSupported",
            spec.get("useDefaultGateways"),
            "there are no gateways here (expected: parentRefs)");
      }
      List<HttpRouteRules.Compiled> rules =
          all.made.get(
              resource,
              findings,
              (one, ofOne) -> new HttpRouteRules(one, services, ofOne).compile());
      for (Field parent : spec.get("parentRefs").items()) {
        for (Service service : parents(parent, resource.namespace(), services, report)) {
          all.attach(resource, parent, service, rules, virtualServices, report);
        }
      }
    }
    all.byParent.values().forEach(Collections::sort);
    return all;
  }

  private static List<Service> parents(
      Field parent, String ownNamespace, Services services, Report report) {
    String group = parent.get("group").text(GATEWAY_API);
    String kind = parent.get("kind").text("Gateway");
    String name = parent.get("name").text();
    String namespace = parent.get("namespace").text(ownNamespace);
    List<Service> found;
    if (group.isEmpty() && kind.equals("Service")) {
      found = services.named(services.names().ofService(name, namespace), namespace);
    } else if (group.equals(ISTIO_NETWORKING) && kind.equals("ServiceEntry")) {
      found = services.declaredBy(namespace, name);
    } else if (group.equals(ISTIO_NETWORKING) && kind.equals("Hostname")) {
      found = services.named(services.resolve(name, namespace), namespace);
    } else {
      report.severe(
          "InvalidKind",
          parent,
          kind
              + " of group \""
              + group
              + "\" (expected: Service of group \"\", or ServiceEntry or Hostname of group "
              + ISTIO_NETWORKING
              + ")");
      return List.of();
    }
    if (found.isEmpty()) {
      report.severe(
          "NoMatchingParent",
          parent,
          kind + " " + namespace + "/" + name + " is not announced or declared");
    }
    return found;
  }

  private void attach(
      PolicyResource resource,
      Field parent,
      Service service,
      List<HttpRouteRules.Compiled> rules,
      VirtualServices virtualServices,
      Report report) {
    VirtualServices.Compiled stronger = virtualServices.find(service.host(), resource.namespace());
    if (stronger != null) {
      report.severe(
          "HostConflict",
          parent,
          stronger.resource() + " is for " + service.host() + " too and wins");
      return;
    }
    int only = (int) report.number(parent.get("port"), 1, MAX_PORT, 0);
    String section = parent.get("sectionName").text();
    boolean isForAll = resource.namespace().equals(service.namespace());
    boolean isAttached = false;
    for (Service.Port port : service.ports()) {
      if (port.protocol().isHttp()
          && (only == 0 || only == port.number())
          && (section.isEmpty() || section.equals(port.name()))) {
        isAttached = true;
        List<Attached> attached =
            byParent.computeIfAbsent(
                new Parent(service.host(), service.namespace(), port.number()),
                key -> new ArrayList<>());
        for (HttpRouteRules.Compiled rule : rules) {
          attached.add(new Attached(isForAll ? "" : resource.namespace(), rule));
        }
      }
    }
    if (!isAttached) {
      report.severe(
          "NoMatchingParent",
          parent,
          service.host()
              + " has no HTTP port"
              + (only == 0 ? "" : " " + only)
              + (section.isEmpty() ? "" : " named " + section)
              + " (expected: one of "
              + service.ports().stream()
                  .filter(port -> port.protocol().isHttp())
                  .map(port -> port.name() + ":" + port.number())
                  .toList()
              + ")");
    }
  }

  /** Returns the routes of a service's port in the eyes of a namespace; none if there are none. */
  List<RouteTemplate> find(Service service, int port, String callerNamespace) {
    List<Attached> attached =
        byParent.getOrDefault(new Parent(service.host(), service.namespace(), port), List.of());
    List<RouteTemplate> own = routes(attached, callerNamespace);
    return own.isEmpty() ? routes(attached, "") : own;
  }

  private static List<RouteTemplate> routes(List<Attached> attached, String namespace) {
    return attached.stream()
        .filter(one -> one.namespace().equals(namespace))
        .map(one -> one.rule().template())
        .toList();
  }

  private record Parent(String host, String namespace, int port) {}

  /**
   * A route at a parent, in match order.
   *
   * @param namespace the only namespace whose callers get it; empty for all
   */
  private record Attached(String namespace, HttpRouteRules.Compiled rule)
      implements Comparable<Attached> {
    @Override
    public int compareTo(Attached other) {
      return rule.precedence().compareTo(other.rule.precedence());
    }
  }
}
