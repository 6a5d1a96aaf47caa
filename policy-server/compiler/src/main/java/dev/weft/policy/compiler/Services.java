/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.ResourceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All services by host. Immutable. */
final class Services {
  private final HostNames names;
  private final Map<String, List<Service>> byHost;

  private Services(HostNames names, Map<String, List<Service>> byHost) {
    this.names = names;
    this.byHost = byHost;
  }

  /**
   * Puts the declared and the announced together. A declared host wins over an announced one, an
   * older declaration over a younger one that the same namespaces see.
   *
   * @param declared oldest first
   */
  static Services of(
      HostNames names,
      List<Service> declared,
      Collection<Workload> workloads,
      Set<Finding> findings) {
    Map<String, List<Service>> byHost = new TreeMap<>();
    for (Service service : declared) {
      List<Service> sameHost = byHost.computeIfAbsent(service.host(), host -> new ArrayList<>());
      Service older = overlapping(sameHost, service.visibility());
      if (older == null) {
        sameHost.add(service);
      } else {
        reportClash(service, older, findings);
      }
    }
    for (Service service : announced(names, workloads)) {
      List<Service> sameHost = byHost.computeIfAbsent(service.host(), host -> new ArrayList<>());
      for (Service declaration : sameHost) {
        reportAnnounced(declaration, findings);
      }
      sameHost.add(service); // for the namespaces that do not see the declaration
    }
    return new Services(names, byHost);
  }

  private static @Nullable Service overlapping(List<Service> services, Visibility visibility) {
    for (Service service : services) {
      if (service.visibility().overlaps(visibility)) {
        return service;
      }
    }
    return null;
  }

  private static void reportClash(Service service, Service older, Set<Finding> findings) {
    ResourceKey key = service.declaredBy();
    if (key != null) {
      findings.add(
          Finding.severe(
              key,
              "HostConflict",
              "spec.hosts",
              service.host() + " is declared by the older " + older.declaredBy() + ", which wins"));
    }
  }

  private static void reportAnnounced(Service declaration, Set<Finding> findings) {
    ResourceKey key = declaration.declaredBy();
    if (key != null && declaration.selector().isEmpty()) {
      findings.add(
          Finding.warning(
              key,
              "HostAlsoAnnounced",
              "spec.hosts",
              declaration.host()
                  + " is announced by agents too; this declaration wins and the announced"
                  + " endpoints get no requests"));
    }
  }

  private static List<Service> announced(HostNames names, Collection<Workload> workloads) {
    Map<String, String> namespaces = new LinkedHashMap<>();
    Map<String, Map<Integer, Service.Port>> ports = new TreeMap<>();
    for (Workload workload : workloads) {
      String host = names.ofService(workload.service(), workload.namespace());
      namespaces.merge(host, workload.namespace(), (a, b) -> a.compareTo(b) <= 0 ? a : b);
      Map<Integer, Service.Port> ofHost = ports.computeIfAbsent(host, h -> new TreeMap<>());
      for (Workload.Port port : workload.ports()) {
        Protocol protocol = Protocol.of(port.protocol());
        ofHost.merge(
            port.servicePort(),
            new Service.Port(
                port.servicePort(),
                port.servicePort(),
                Integer.toString(port.servicePort()),
                protocol == null ? Protocol.TCP : protocol),
            Services::better);
      }
    }
    List<Service> services = new ArrayList<>(ports.size());
    ports.forEach(
        (host, ofHost) ->
            services.add(
                new Service(
                    host,
                    namespaces.getOrDefault(host, ""),
                    List.copyOf(ofHost.values()),
                    Service.Resolution.ANNOUNCED,
                    Visibility.PUBLIC,
                    null,
                    List.of(),
                    Map.of(),
                    true,
                    List.of())));
    return services;
  }

  /** Of two announcements of a port, the one of the protocol that stands first in the enum. */
  private static Service.Port better(Service.Port a, Service.Port b) {
    return Comparator.comparing(Service.Port::protocol).compare(a, b) <= 0 ? a : b;
  }

  HostNames names() {
    return names;
  }

  /** Returns the service that a namespace sees under a host's full name, or null. */
  @Nullable Service find(String host, String namespace) {
    Service found = null;
    for (Service service : byHost.getOrDefault(host, List.of())) {
      if (service.visibility().includes(namespace)
          && (found == null || isCloser(service, found, namespace))) {
        found = service;
      }
    }
    return found;
  }

  /** Returns the service that a namespace sees under a host's full name, if there is one. */
  List<Service> named(String host, String namespace) {
    Service service = find(host, namespace);
    return service == null ? List.of() : List.of(service);
  }

  /** Returns what a ServiceEntry declares, one service for each host. */
  List<Service> declaredBy(String namespace, String name) {
    return all().stream()
        .filter(
            service ->
                service.declaredBy() != null
                    && service.declaredBy().namespace().equals(namespace)
                    && service.declaredBy().name().equals(name))
        .toList();
  }

  /** Returns the services that a host or wildcard covers, hidden ones too. */
  List<Service> covered(String pattern) {
    return pattern.startsWith("*")
        ? all().stream().filter(service -> HostNames.covers(pattern, service.host())).toList()
        : byHost.getOrDefault(pattern, List.of());
  }

  private static boolean isCloser(Service service, Service than, String namespace) {
    return service.declaredBy() != null
        && service.namespace().equals(namespace)
        && !than.namespace().equals(namespace);
  }

  /** Returns the full name of the host that a resource of the namespace means by this name. */
  String resolve(String name, String namespace) {
    String host = names.resolve(name, namespace);
    int dot = host.indexOf('.');
    boolean hasOneDot = dot > 0 && host.indexOf('.', dot + 1) < 0;
    if (hasOneDot && !byHost.containsKey(host) && byHost.containsKey(names.completed(host))) {
      return names.completed(host);
    }
    return host;
  }

  /** Returns the services that a namespace sees, in the order of their hosts. */
  List<Service> visibleTo(String namespace) {
    List<Service> visible = new ArrayList<>(byHost.size());
    for (String host : byHost.keySet()) {
      Service service = find(host, namespace);
      if (service != null) {
        visible.add(service);
      }
    }
    return visible;
  }

  /** Returns all services, hidden ones too. */
  List<Service> all() {
    return byHost.values().stream().flatMap(List::stream).toList();
  }

  /** Returns whether the other has the same services, whatever their announced endpoints. */
  boolean isSameAs(Services other) {
    return byHost.equals(other.byHost);
  }
}
