/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;
import dev.weft.protocol.names.TypeUrls;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The resources and workloads of one moment, compiled: what each audience gets, and what is wrong
 * with each resource. What depends on the audience is made when it is asked for first. Thread-safe;
 * never changes.
 */
public final class Compilation {
  private static final Comparator<Workload> WORKLOAD_ORDER =
      Comparator.comparing(Workload::instance)
          .thenComparing(Workload::address)
          .thenComparing(Workload::nodeId);

  private final MeshSettings settings;
  private final List<PolicyResource> resources;
  private final List<Finding> findings;
  private final Services services;
  private final DestinationRules rules;
  private final VirtualServices virtualServices;
  private final HttpRoutes httpRoutes;
  private final Endpoints endpoints;

  /** Everything but endpoints; goes over to a compilation that differs in endpoints only. */
  private final Map<Audience, Base> bases;

  private final Map<Audience, Snapshot> snapshots = new ConcurrentHashMap<>();

  /** Those of the compilation before this one: what is equal is the same object. */
  private final Map<Audience, Snapshot> snapshotsBefore;

  private Compilation(
      MeshSettings settings,
      List<PolicyResource> resources,
      Collection<Workload> workloads,
      Endpoints endpoints,
      Map<Audience, Snapshot> snapshotsBefore) {
    Set<Finding> found = new LinkedHashSet<>();
    this.settings = settings;
    this.resources = resources;
    HostNames names = new HostNames(settings.domain());
    this.services = Services.of(names, declared(resources, found), workloads, found);
    this.rules =
        DestinationRules.of(
            of(Kinds.DESTINATION_RULE, resources), services, settings.rootNamespace(), found);
    this.virtualServices =
        VirtualServices.of(of(Kinds.VIRTUAL_SERVICE, resources), services, rules, found);
    this.httpRoutes =
        HttpRoutes.of(of(Kinds.HTTP_ROUTE, resources), services, virtualServices, found);
    this.findings = List.copyOf(found);
    this.endpoints = endpoints;
    this.bases = new ConcurrentHashMap<>();
    this.snapshotsBefore = snapshotsBefore;
  }

  private Compilation(Compilation other, Endpoints endpoints) {
    this.settings = other.settings;
    this.resources = other.resources;
    this.findings = other.findings;
    this.services = other.services;
    this.rules = other.rules;
    this.virtualServices = other.virtualServices;
    this.httpRoutes = other.httpRoutes;
    this.endpoints = endpoints;
    this.bases = other.bases;
    this.snapshotsBefore = other.snapshots;
  }

  /** Compiles all resources; those of kinds that mean nothing here are left out. */
  public static Compilation of(
      MeshSettings settings, Collection<PolicyResource> resources, Collection<Workload> workloads) {
    List<PolicyResource> oldestFirst = new ArrayList<>(resources);
    oldestFirst.sort(Comparator.comparing(Age::of));
    List<Workload> ordered = ordered(workloads);
    HostNames names = new HostNames(settings.domain());
    return new Compilation(settings, oldestFirst, ordered, Endpoints.of(names, ordered), Map.of());
  }

  /** Compiles other workloads with the same resources; only endpoints, if no more has changed. */
  public Compilation withWorkloads(Collection<Workload> workloads) {
    List<Workload> ordered = ordered(workloads);
    Endpoints changed = endpoints.with(ordered);
    Compilation whole = null;
    Set<Finding> found = new LinkedHashSet<>();
    Services now = Services.of(services.names(), declared(resources, found), ordered, found);
    if (!now.isSameAs(services)) {
      whole = new Compilation(settings, resources, ordered, changed, snapshots);
    }
    return whole == null ? new Compilation(this, changed) : whole;
  }

  /** Compiles other resources with the same workloads. */
  public Compilation withResources(
      Collection<PolicyResource> changed, Collection<Workload> workloads) {
    List<PolicyResource> oldestFirst = new ArrayList<>(changed);
    oldestFirst.sort(Comparator.comparing(Age::of));
    List<Workload> ordered = ordered(workloads);
    return new Compilation(settings, oldestFirst, ordered, endpoints.with(ordered), snapshots);
  }

  private static List<Workload> ordered(Collection<Workload> workloads) {
    List<Workload> ordered = new ArrayList<>(workloads);
    ordered.sort(WORKLOAD_ORDER);
    return ordered;
  }

  private static List<Service> declared(List<PolicyResource> resources, Set<Finding> found) {
    List<Service> declared = new ArrayList<>();
    for (PolicyResource entry : of(Kinds.SERVICE_ENTRY, resources)) {
      declared.addAll(ServiceEntries.services(entry, new Report(entry.key(), found)));
    }
    return declared;
  }

  private static List<PolicyResource> of(Kind kind, List<PolicyResource> resources) {
    return resources.stream().filter(resource -> resource.kind() == kind).toList();
  }

  /** Returns what is wrong with the resources. */
  public List<Finding> findings() {
    return findings;
  }

  /** Returns the audience that a caller belongs to. */
  public Audience audience(String namespace, Map<String, String> labels) {
    Map<String, String> asked = new HashMap<>(labels);
    asked.keySet().retainAll(virtualServices.sourceLabels());
    return new Audience(namespace, asked);
  }

  /** Returns all that an audience gets. */
  public Snapshot snapshot(Audience audience) {
    return snapshots.computeIfAbsent(audience, this::makeSnapshot);
  }

  private Snapshot makeSnapshot(Audience audience) {
    Base base = bases.computeIfAbsent(audience, this::makeBase);
    Map<String, CompiledResource> assignments = new TreeMap<>();
    for (ClusterKey key : base.edsClusters()) {
      assignments.put(key.name(), endpoints.assignment(key));
    }
    Map<String, Map<String, CompiledResource>> byType = new HashMap<>(base.byType());
    byType.put(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, Collections.unmodifiableMap(assignments));
    Snapshot before = snapshotsBefore.get(audience);
    if (before != null) {
      byType.replaceAll(
          (type, made) -> made.equals(before.resources(type)) ? before.resources(type) : made);
    }
    return new Snapshot(byType);
  }

  private Base makeBase(Audience audience) {
    Map<Integer, CompiledResource> routes =
        new RouteConfigurations(audience, services, rules, virtualServices, httpRoutes, settings)
            .compile();
    List<CompiledResource> listeners = new ArrayList<>();
    listeners.add(Listeners.virtualOutbound(settings.outboundPolicy()));
    routes.keySet().forEach(port -> listeners.add(Listeners.http(port)));
    List<ClusterKey> edsClusters = new ArrayList<>();
    List<CompiledResource> clusters = clusters(audience, edsClusters);
    return new Base(
        Map.of(
            TypeUrls.LISTENER, byName(listeners),
            TypeUrls.ROUTE_CONFIGURATION, byName(routes.values()),
            TypeUrls.CLUSTER, byName(clusters)),
        edsClusters);
  }

  private List<CompiledResource> clusters(Audience audience, List<ClusterKey> edsClusters) {
    Clusters compiler = new Clusters(settings);
    List<CompiledResource> clusters = new ArrayList<>(compiler.builtIn());
    for (Service service : services.visibleTo(audience.namespace())) {
      DestinationRules.Rule rule = rules.find(service, audience.namespace());
      Map<String, Map<String, String>> subsets = new LinkedHashMap<>();
      subsets.put("", Map.of());
      if (rule != null) {
        new TreeMap<>(rule.subsets()).forEach((name, subset) -> subsets.put(name, subset.labels()));
      }
      for (Service.Port port : service.ports()) {
        subsets.forEach(
            (subset, labels) -> {
              ClusterKey key = new ClusterKey(service, port, subset, labels);
              clusters.add(compiler.cluster(key, rule));
              if (Clusters.isEds(key, rule)) {
                edsClusters.add(key);
              }
            });
      }
    }
    return clusters;
  }

  private static Map<String, CompiledResource> byName(Collection<CompiledResource> resources) {
    Map<String, CompiledResource> byName = new TreeMap<>();
    resources.forEach(resource -> byName.put(resource.name(), resource));
    return Collections.unmodifiableMap(byName);
  }

  private record Base(
      Map<String, Map<String, CompiledResource>> byType, List<ClusterKey> edsClusters) {}
}
