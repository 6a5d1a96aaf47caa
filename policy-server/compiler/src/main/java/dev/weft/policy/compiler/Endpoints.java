/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The announced workloads, and the endpoints that they are. Remembers what it made, and takes over
 * from the one before it what has not changed. Thread-safe.
 */
final class Endpoints {
  private static final int LOCALITY_PARTS = 3;

  private final HostNames names;
  private final Map<String, List<Workload>> byHost = new HashMap<>();
  private final Map<String, List<Workload>> byNamespace = new HashMap<>();
  private final Map<Wanted, Made> made = new ConcurrentHashMap<>();
  private final Map<Wanted, Made> madeBefore;
  private final PeerModes peers;

  private Endpoints(
      HostNames names,
      Collection<Workload> workloads,
      PeerModes peers,
      Map<Wanted, Made> madeBefore) {
    this.names = names;
    this.peers = peers;
    this.madeBefore = madeBefore;
    for (Workload workload : workloads) {
      String host = names.ofService(workload.service(), workload.namespace());
      byHost.computeIfAbsent(host, key -> new ArrayList<>()).add(workload);
      byNamespace.computeIfAbsent(workload.namespace(), key -> new ArrayList<>()).add(workload);
    }
  }

  static Endpoints of(HostNames names, Collection<Workload> workloads, PeerModes peers) {
    return new Endpoints(names, workloads, peers, Map.of());
  }

  /** Returns the endpoints of other workloads, for the same domain. */
  Endpoints with(Collection<Workload> workloads, PeerModes newPeers) {
    return new Endpoints(names, workloads, newPeers, newPeers.equals(peers) ? made : Map.of());
  }

  /**
   * Returns the load assignment of an EDS cluster.
   *
   * @param near the locality of callers that prefer what is near; empty if they do not
   */
  CompiledResource assignment(ClusterKey cluster, String near) {
    return made.computeIfAbsent(new Wanted(cluster, near), this::make).assignment();
  }

  /** Returns the workloads of a service's port that cannot take the mesh's TLS, for people. */
  List<String> withoutMutualTls(Service service, Service.Port port) {
    ClusterKey cluster = new ClusterKey(service, port, "", Map.of());
    List<String> unable = new ArrayList<>();
    for (Workload workload : workloadsOf(service)) {
      int target = targetPort(cluster, workload);
      if (target > 0 && !takesMutualTls(workload, target, peers)) {
        unable.add(workload.instance() + " (" + workload.address() + ", port " + target + ")");
      }
    }
    return unable;
  }

  private Made make(Wanted wanted) {
    ClusterKey cluster = wanted.cluster();
    List<Workload> workloads = workloadsOf(cluster.service());
    Made before = madeBefore.get(wanted);
    if (before != null && before.workloads().equals(workloads)) {
      return before;
    }
    return new Made(
        workloads,
        CompiledResource.of(
            TypeUrls.CLUSTER_LOAD_ASSIGNMENT,
            cluster.name(),
            assignment(wanted, workloads, peers, names),
            cluster.service().origins()));
  }

  private List<Workload> workloadsOf(Service service) {
    if (service.resolution() == Service.Resolution.ANNOUNCED) {
      return byHost.getOrDefault(service.host(), List.of());
    }
    if (service.selector().isEmpty()) {
      return List.of();
    }
    return byNamespace.getOrDefault(service.namespace(), List.of()).stream()
        .filter(workload -> hasAll(workload.labels(), service.selector()))
        .toList();
  }

  /** Returns the endpoints that a cluster's service itself lists. */
  static ClusterLoadAssignment ofService(ClusterKey cluster, HostNames names) {
    return assignment(
        new Wanted(cluster, ""), List.of(), new PeerModes(null, Map.of(), List.of()), names);
  }

  /** Returns a cluster's endpoints: workloads, and those that the service itself lists. */
  private static ClusterLoadAssignment assignment(
      Wanted wanted, List<Workload> workloads, PeerModes peers, HostNames names) {
    ClusterKey cluster = wanted.cluster();
    Map<String, LocalityEndpoints> localities = new TreeMap<>();
    Set<String> addresses = new HashSet<>();
    for (Workload workload : workloads) {
      int port = targetPort(cluster, workload);
      if (port > 0
          && hasAll(workload.labels(), cluster.labels())
          && addresses.add(workload.address() + " " + port)) {
        localities
            .computeIfAbsent(workload.locality(), LocalityEndpoints::new)
            .add(
                workload.address(),
                port,
                workload.weight(),
                metadata(workload, takesMutualTls(workload, port, peers), names));
      }
    }
    for (Service.Endpoint endpoint : cluster.service().endpoints()) {
      int port = endpoint.ports().getOrDefault(cluster.port().name(), cluster.port().targetPort());
      if (hasAll(endpoint.labels(), cluster.labels())
          && addresses.add(endpoint.address() + " " + port)) {
        localities
            .computeIfAbsent(endpoint.locality(), LocalityEndpoints::new)
            .add(endpoint.address(), port, endpoint.weight(), metadata(endpoint, names));
      }
    }
    ClusterLoadAssignment.Builder assignment =
        ClusterLoadAssignment.newBuilder().setClusterName(cluster.name());
    if (wanted.near().isEmpty()) {
      localities.values().forEach(locality -> assignment.addEndpoints(locality.build(0)));
      return assignment.build();
    }
    // Priorities have no gaps: the nearest that there is comes first.
    TreeMap<Integer, List<LocalityEndpoints>> byDistance = new TreeMap<>();
    localities.forEach(
        (locality, ofIt) ->
            byDistance
                .computeIfAbsent(distance(wanted.near(), locality), d -> new ArrayList<>())
                .add(ofIt));
    int priority = 0;
    for (List<LocalityEndpoints> equallyFar : byDistance.values()) {
      for (LocalityEndpoints locality : equallyFar) {
        assignment.addEndpoints(locality.build(priority));
      }
      priority++;
    }
    return assignment.build();
  }

  /** 0 for the same subzone, 1 for the zone, 2 for the region, 3 for any other. */
  private static int distance(String from, String to) {
    String[] own = from.split("/", 3);
    String[] other = to.split("/", 3);
    for (int i = 0; i < LOCALITY_PARTS; i++) {
      String ownPart = i < own.length ? own[i] : "";
      if (!ownPart.equals(i < other.length ? other[i] : "")) {
        return LOCALITY_PARTS - i;
      }
    }
    return 0;
  }

  private static int targetPort(ClusterKey cluster, Workload workload) {
    Service.Port port = cluster.port();
    if (cluster.service().resolution() == Service.Resolution.ANNOUNCED) {
      return workload.targetPort(port.number());
    }
    if (port.targetPort() != port.number()) {
      return port.targetPort();
    }
    int announced = workload.targetPort(port.number());
    return announced > 0 ? announced : port.number();
  }

  private static boolean takesMutualTls(Workload workload, int port, PeerModes peers) {
    boolean isAble =
        workload.ports().stream().anyMatch(one -> one.targetPort() == port && one.isTls());
    return isAble
        && peers.effective(workload.namespace(), workload.labels()).at(port)
            != PeerModes.Mode.DISABLE;
  }

  private static Metadata metadata(Workload workload, boolean takesMutualTls, HostNames names) {
    Struct.Builder own =
        Struct.newBuilder()
            .putFields("instance", Protos.text(workload.instance()))
            .putFields("labels", labels(workload.labels()));
    Metadata.Builder metadata = Metadata.newBuilder();
    if (takesMutualTls) {
      offerMutualTls(
          names.identity(workload.namespace(), workload.serviceAccount()), own, metadata);
    }
    return metadata.putFilterMetadata(ResourceNames.WEFT_METADATA, own.build()).build();
  }

  /** One that says whom it runs as can show it, where a DestinationRule orders mutual TLS. */
  private static Metadata metadata(Service.Endpoint endpoint, HostNames names) {
    Struct.Builder own = Struct.newBuilder().putFields("labels", labels(endpoint.labels()));
    Metadata.Builder metadata = Metadata.newBuilder();
    Service.Account account = endpoint.account();
    if (account != null) {
      offerMutualTls(names.identity(account.namespace(), account.name()), own, metadata);
    }
    return metadata.putFilterMetadata(ResourceNames.WEFT_METADATA, own.build()).build();
  }

  private static void offerMutualTls(
      String identity, Struct.Builder own, Metadata.Builder metadata) {
    own.putFields(ResourceNames.IDENTITY, Protos.text(identity));
    metadata.putFilterMetadata(
        ResourceNames.SOCKET_MATCH_METADATA,
        Protos.struct(Map.of(ResourceNames.TLS_MODE, ResourceNames.TLS_MODE_ISTIO)));
  }

  private static Value labels(Map<String, String> labels) {
    return Value.newBuilder().setStructValue(Protos.struct(labels)).build();
  }

  private static boolean hasAll(Map<String, String> labels, Map<String, String> wanted) {
    return labels.entrySet().containsAll(wanted.entrySet());
  }

  /**
   * What is asked for.
   *
   * @param near the locality from which distance counts; empty if it does not
   */
  private record Wanted(ClusterKey cluster, String near) {}

  private record Made(List<Workload> workloads, CompiledResource assignment) {}

  /** The endpoints of one locality, whose weight is the sum of theirs. */
  private static final class LocalityEndpoints {
    private final LocalityLbEndpoints.Builder endpoints = LocalityLbEndpoints.newBuilder();
    private long weight;

    LocalityEndpoints(String regionZoneSubzone) {
      String[] parts = regionZoneSubzone.split("/", 3);
      Locality.Builder locality = Locality.newBuilder().setRegion(parts[0]);
      if (parts.length > 1) {
        locality.setZone(parts[1]);
      }
      if (parts.length > 2) {
        locality.setSubZone(parts[2]);
      }
      endpoints.setLocality(locality);
    }

    void add(String address, int port, int ownWeight, Metadata metadata) {
      weight += ownWeight;
      endpoints.addLbEndpoints(
          LbEndpoint.newBuilder()
              .setEndpoint(Endpoint.newBuilder().setAddress(Protos.address(address, port)))
              .setLoadBalancingWeight(Protos.uint32(ownWeight))
              .setMetadata(metadata));
    }

    LocalityLbEndpoints build(int priority) {
      return endpoints.setLoadBalancingWeight(Protos.uint32(weight)).setPriority(priority).build();
    }
  }
}
