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
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The resources and workloads of one moment, compiled: what each audience gets, and what is wrong
 * with each resource. What depends on the audience is made when it is asked for first. Never
 * changes. Thread-safe, but for making the next one from it: that is for one thread.
 */
public final class Compilation {
  private static final Comparator<Workload> WORKLOAD_ORDER =
      Comparator.comparing(Workload::instance)
          .thenComparing(Workload::address)
          .thenComparing(Workload::nodeId);

  private final MeshSettings settings;
  private final List<PolicyResource> resources;
  private final List<Finding> findings;

  /** What is found about resources by the endpoints that there are. */
  private final List<Finding> endpointFindings;

  private final Services services;
  private final DestinationRules rules;
  private final Set<String> callerLabels;
  private final VirtualServices virtualServices;
  private final HttpRoutes httpRoutes;
  private final Security security;
  private final Endpoints endpoints;

  /** What was made of each resource, for the compilation after this one. */
  private final PerResource<List<Service>> declared;

  /** Everything but endpoints; goes over to a compilation that differs in endpoints only. */
  private final Map<Audience, Base> bases;

  /** What guards workloads; goes over to a compilation with the same policies. */
  private final Map<Audience, CompiledResource> guards;

  private final Map<Audience, Snapshot> snapshots = new ConcurrentHashMap<>();

  /** Those of the compilation before this one: what is equal is made only once. */
  private final Map<Audience, Base> basesBefore;

  private final Map<Audience, Snapshot> snapshotsBefore;

  private Compilation(
      MeshSettings settings,
      List<PolicyResource> resources,
      List<Workload> workloads,
      @Nullable Compilation before) {
    Set<Finding> found = new LinkedHashSet<>();
    HostNames names = new HostNames(settings.domain(), settings.trustDomain());
    this.settings = settings;
    this.resources = resources;
    this.declared = before == null ? PerResource.empty() : before.declared.next();
    this.services = services(names, workloads, found);
    Compilation ofSameServices =
        before != null && services.isSameAs(before.services) ? before : null;
    this.rules =
        DestinationRules.of(
            of(Kinds.DESTINATION_RULE, resources),
            services,
            settings.rootNamespace(),
            before == null ? null : before.rules,
            found);
    this.callerLabels = rules.callerLabels();
    Compilation ofSameRules =
        ofSameServices != null && rules.isSameAs(ofSameServices.rules) ? ofSameServices : null;
    this.virtualServices =
        VirtualServices.of(
            of(Kinds.VIRTUAL_SERVICE, resources),
            services,
            rules,
            ofSameRules == null ? null : ofSameRules.virtualServices,
            found);
    this.httpRoutes =
        HttpRoutes.of(
            of(Kinds.HTTP_ROUTE, resources),
            services,
            virtualServices,
            ofSameServices == null ? null : ofSameServices.httpRoutes,
            found);
    this.security =
        Security.of(
            kind -> of(kind, resources), settings, before == null ? null : before.security, found);
    this.guards =
        before != null && security.isSameAs(before.security)
            ? before.guards
            : new ConcurrentHashMap<>();
    this.findings = List.copyOf(found);
    this.endpoints =
        before == null
            ? Endpoints.of(names, workloads, security.peers())
            : before.endpoints.with(workloads, security.peers());
    this.endpointFindings =
        MutualTlsAbility.findings(of(Kinds.DESTINATION_RULE, resources), services, endpoints);
    this.bases = new ConcurrentHashMap<>();
    this.basesBefore = before == null ? Map.of() : before.bases;
    this.snapshotsBefore = before == null ? Map.of() : before.snapshots;
  }

  private Compilation(Compilation other, Endpoints endpoints) {
    this.settings = other.settings;
    this.resources = other.resources;
    this.findings = other.findings;
    this.services = other.services;
    this.rules = other.rules;
    this.callerLabels = other.callerLabels;
    this.virtualServices = other.virtualServices;
    this.httpRoutes = other.httpRoutes;
    this.security = other.security;
    this.guards = other.guards;
    this.endpoints = endpoints;
    this.endpointFindings =
        MutualTlsAbility.findings(of(Kinds.DESTINATION_RULE, resources), services, endpoints);
    this.declared = other.declared;
    this.bases = other.bases;
    this.basesBefore = other.basesBefore;
    this.snapshotsBefore = other.snapshots;
  }

  /** Compiles all resources; those of kinds that mean nothing here are left out. */
  public static Compilation of(
      MeshSettings settings, Collection<PolicyResource> resources, Collection<Workload> workloads) {
    return new Compilation(settings, oldestFirst(resources), ordered(workloads), null);
  }

  /** Compiles other workloads with the same resources; only endpoints, if no more has changed. */
  public Compilation withWorkloads(Collection<Workload> workloads) {
    List<Workload> ordered = ordered(workloads);
    boolean areServicesSame =
        services(services.names(), ordered, new LinkedHashSet<>()).isSameAs(services);
    return areServicesSame
        ? new Compilation(this, endpoints.with(ordered, security.peers()))
        : new Compilation(settings, resources, ordered, this);
  }

  /**
   * Compiles other resources and workloads. Of resources that are the same objects as before not
   * more is made anew than has to be.
   */
  public Compilation withResources(
      Collection<PolicyResource> changed, Collection<Workload> workloads) {
    return new Compilation(settings, oldestFirst(changed), ordered(workloads), this);
  }

  private static List<PolicyResource> oldestFirst(Collection<PolicyResource> resources) {
    return resources.stream()
        .map(resource -> Map.entry(Age.of(resource), resource))
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  private static List<Workload> ordered(Collection<Workload> workloads) {
    List<Workload> ordered = new ArrayList<>(workloads);
    ordered.sort(WORKLOAD_ORDER);
    return ordered;
  }

  private Services services(HostNames names, List<Workload> workloads, Set<Finding> found) {
    List<Service> all = new ArrayList<>();
    for (PolicyResource entry : of(Kinds.SERVICE_ENTRY, resources)) {
      all.addAll(declared.get(entry, found, ServiceEntries::services));
    }
    return Services.of(names, all, workloads, found);
  }

  private static List<PolicyResource> of(Kind kind, List<PolicyResource> resources) {
    return resources.stream().filter(resource -> resource.kind() == kind).toList();
  }

  /** Returns what is wrong with the resources. */
  public List<Finding> findings() {
    if (endpointFindings.isEmpty()) {
      return findings;
    }
    List<Finding> all = new ArrayList<>(findings);
    all.addAll(endpointFindings);
    return List.copyOf(all);
  }

  /** Returns the audience that an agent belongs to. */
  public Audience audience(String namespace, Map<String, String> labels) {
    return audience(namespace, labels, "");
  }

  /**
   * Returns the audience that an agent belongs to.
   *
   * @param locality where it is, {@code region/zone/subzone}; empty if that is not known
   */
  public Audience audience(String namespace, Map<String, String> labels, String locality) {
    Set<String> guarded = security.labels();
    Map<String, String> asked = new HashMap<>(labels);
    asked.keySet().removeIf(name -> !isAskedOfCallers(name) && !guarded.contains(name));
    return new Audience(namespace, asked, rules.preferNear() ? locality : "");
  }

  private boolean isAskedOfCallers(String label) {
    return virtualServices.sourceLabels().contains(label) || callerLabels.contains(label);
  }

  /** Returns what tells an audience apart as callers: more of them share what goes out. */
  private Audience asCallers(Audience audience) {
    Map<String, String> asked = new HashMap<>(audience.labels());
    asked.keySet().removeIf(name -> !isAskedOfCallers(name));
    return new Audience(audience.namespace(), asked);
  }

  /** Returns all that an audience gets. */
  public Snapshot snapshot(Audience audience) {
    return snapshots.computeIfAbsent(audience, this::makeSnapshot);
  }

  private Snapshot makeSnapshot(Audience audience) {
    Base base = bases.computeIfAbsent(asCallers(audience), this::makeBase);
    Map<String, CompiledResource> assignments = new TreeMap<>();
    for (MadeCluster cluster : base.clusters().values()) {
      if (Clusters.isEds(cluster.key(), cluster.rule())) {
        String near =
            Clusters.prefersNear(cluster.key(), cluster.rule()) ? audience.locality() : "";
        assignments.put(cluster.key().name(), endpoints.assignment(cluster.key(), near));
      }
    }
    Map<String, Map<String, CompiledResource>> byType = new HashMap<>(base.byType());
    byType.put(TypeUrls.CLUSTER_LOAD_ASSIGNMENT, Collections.unmodifiableMap(assignments));
    Map<String, CompiledResource> listeners = new TreeMap<>(base.listeners());
    CompiledResource inbound = guards.computeIfAbsent(audience, security::virtualInbound);
    listeners.put(inbound.name(), inbound);
    byType.put(TypeUrls.LISTENER, Collections.unmodifiableMap(listeners));
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
    Map<String, MadeCluster> made = clusters(audience);
    List<CompiledResource> clusters = new ArrayList<>(new Clusters(settings).builtIn());
    made.values().forEach(cluster -> clusters.add(cluster.resource()));
    return new Base(
        Map.of(
            TypeUrls.LISTENER, byName(listeners),
            TypeUrls.ROUTE_CONFIGURATION, byName(routes.values()),
            TypeUrls.CLUSTER, byName(clusters)),
        made);
  }

  private Map<String, MadeCluster> clusters(Audience audience) {
    Base before = basesBefore.get(audience);
    Map<String, MadeCluster> clusters = new LinkedHashMap<>();
    for (Service service : services.visibleTo(audience.namespace())) {
      DestinationRules.Rule rule = rules.find(service, audience);
      Map<String, Map<String, String>> subsets = new LinkedHashMap<>();
      subsets.put("", Map.of());
      if (rule != null) {
        new TreeMap<>(rule.subsets()).forEach((name, subset) -> subsets.put(name, subset.labels()));
      }
      for (Service.Port port : service.ports()) {
        subsets.forEach(
            (subset, labels) -> {
              ClusterKey key = new ClusterKey(service, port, subset, labels);
              MadeCluster known = before == null ? null : before.clusters().get(key.name());
              clusters.put(
                  key.name(),
                  known != null && known.isOf(key, rule)
                      ? known
                      : new MadeCluster(key, rule, new Clusters(settings).cluster(key, rule)));
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

  /** What does not depend on endpoints, and the clusters by name without the built-in ones. */
  private record Base(
      Map<String, Map<String, CompiledResource>> byType, Map<String, MadeCluster> clusters) {
    Map<String, CompiledResource> listeners() {
      return byType.getOrDefault(TypeUrls.LISTENER, Map.of());
    }
  }

  private record MadeCluster(
      ClusterKey key, DestinationRules.@Nullable Rule rule, CompiledResource resource) {
    boolean isOf(ClusterKey otherKey, DestinationRules.@Nullable Rule otherRule) {
      return key.equals(otherKey) && Objects.equals(rule, otherRule);
    }
  }
}
