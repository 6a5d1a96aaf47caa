/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.MeshConfig.OutboundPolicy;
import dev.weft.agent.engine.config.OutboundListener;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RouteAction;
import dev.weft.agent.engine.config.RouteAction.Forward;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteAction.WeightedCluster;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteConfiguration;
import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch;
import dev.weft.agent.engine.config.VirtualHostConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds configurations for tests. */
final class Mesh {
  static final int PORT = 8080;

  private final Map<Integer, List<VirtualHostConfig>> hosts = new LinkedHashMap<>();
  private final Map<String, ClusterConfig> clusters = new LinkedHashMap<>();
  private OutboundPolicy policy = OutboundPolicy.ALLOW_ANY;

  Mesh host(String domain, RouteConfig... routes) {
    return host(PORT, List.of(domain), routes);
  }

  Mesh host(int port, List<String> domains, RouteConfig... routes) {
    hosts
        .computeIfAbsent(port, p -> new ArrayList<>())
        .add(new VirtualHostConfig(domains.get(0), domains, List.of(routes)));
    return this;
  }

  /** A round robin cluster with endpoints 10.0.0.1, 10.0.0.2 and so on. */
  Mesh cluster(String name, int endpoints) {
    return cluster(clusterConfig(name, LoadBalancing.ROUND_ROBIN, endpoints(endpoints)));
  }

  Mesh cluster(ClusterConfig cluster) {
    clusters.put(cluster.name(), cluster);
    return this;
  }

  Mesh registryOnly() {
    policy = OutboundPolicy.REGISTRY_ONLY;
    return this;
  }

  MeshConfig build() {
    List<OutboundListener> listeners = new ArrayList<>();
    hosts.forEach(
        (port, virtualHosts) ->
            listeners.add(
                new OutboundListener(
                    "0.0.0.0_" + port, port, new RouteConfiguration("r" + port, virtualHosts))));
    return new MeshConfig("1", listeners, clusters, policy);
  }

  static ClusterConfig clusterConfig(
      String name, LoadBalancing balancing, List<EndpointConfig> endpoints) {
    return new ClusterConfig(
        name,
        Discovery.ENDPOINTS,
        endpoints,
        balancing,
        0,
        CircuitBreakers.UNLIMITED,
        null,
        name + ".svc",
        "");
  }

  static ClusterConfig originalDestination(String name) {
    return new ClusterConfig(
        name,
        Discovery.ORIGINAL_DST,
        List.of(),
        LoadBalancing.ROUND_ROBIN,
        0,
        CircuitBreakers.UNLIMITED,
        null,
        "",
        "");
  }

  static List<EndpointConfig> endpoints(int count) {
    List<EndpointConfig> endpoints = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      endpoints.add(endpoint("10.0.0." + i));
    }
    return endpoints;
  }

  static EndpointConfig endpoint(String address) {
    return new EndpointConfig(address, 9000, 1, 0, "", 0, true, "", Map.of());
  }

  static RouteConfig route(RouteMatch match, RouteAction action) {
    return new RouteConfig("", match, action, HeaderMutations.NONE, null);
  }

  /** Everything to one cluster. */
  static RouteConfig to(String cluster) {
    return route(prefix("/"), forward(cluster));
  }

  static RouteMatch prefix(String prefix) {
    return new RouteMatch(new PathMatch(PathMatch.Kind.PREFIX, prefix, true), List.of(), List.of());
  }

  static Forward forward(String... clusters) {
    List<WeightedCluster> weighted = new ArrayList<>();
    for (String cluster : clusters) {
      weighted.add(new WeightedCluster(cluster, 1, HeaderMutations.NONE, null));
    }
    return new Forward(weighted, Rewrite.NONE, 0, RetryConfig.NONE, List.of(), List.of());
  }
}
