/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.MeshConfig.OutboundPolicy;
import dev.weft.agent.engine.config.OutboundListener;
import dev.weft.agent.engine.config.RouteConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts resources together. A cluster that did not change is the same object in the next
 * configuration, so that the engine can tell cheaply. Not thread-safe.
 */
final class ConfigAssembler {
  private Map<String, Assembled> before = new HashMap<>();

  MeshConfig assemble(String version, Parts parts, ResolvedNames names) {
    return new MeshConfig(
        version,
        listeners(parts),
        clusters(parts, names),
        policy(parts.listeners()),
        inbound(parts.listeners()));
  }

  private static InboundConfig inbound(List<ParsedListener> listeners) {
    InboundConfig inbound = InboundConfig.NONE;
    for (ParsedListener listener : listeners) {
      if (listener instanceof ParsedListener.Inbound read) {
        inbound = read.config();
      }
    }
    return inbound;
  }

  private static OutboundPolicy policy(List<ParsedListener> listeners) {
    OutboundPolicy policy = OutboundPolicy.ALLOW_ANY;
    for (ParsedListener listener : listeners) {
      if (listener instanceof ParsedListener.Default ofDefault) {
        policy = ofDefault.policy();
      }
    }
    return policy;
  }

  /** Of several listeners for a port the one for all addresses counts, then the first by name. */
  private static List<OutboundListener> listeners(Parts parts) {
    Map<Integer, OutboundListener> bound = new TreeMap<>();
    for (ParsedListener listener : parts.listeners()) {
      if (listener instanceof ParsedListener.Named named && named.wildcard()) {
        add(bound, named.name(), named.port(), parts.routes().apply(named.routeName()));
      } else if (listener instanceof ParsedListener.Inline inline && inline.wildcard()) {
        add(bound, inline.name(), inline.port(), inline.routes());
      }
    }
    for (ParsedListener listener : parts.listeners()) {
      if (listener instanceof ParsedListener.Named named && !named.wildcard()) {
        add(bound, named.name(), named.port(), parts.routes().apply(named.routeName()));
      } else if (listener instanceof ParsedListener.Inline inline && !inline.wildcard()) {
        add(bound, inline.name(), inline.port(), inline.routes());
      }
    }
    return List.copyOf(bound.values());
  }

  private static void add(
      Map<Integer, OutboundListener> bound,
      String name,
      int port,
      @Nullable RouteConfiguration routes) {
    if (routes != null) {
      bound.putIfAbsent(port, new OutboundListener(name, port, routes));
    }
  }

  private Map<String, ClusterConfig> clusters(Parts parts, ResolvedNames names) {
    Map<String, Assembled> now = new HashMap<>();
    Map<String, ClusterConfig> clusters = new HashMap<>();
    for (ParsedCluster parsed : parts.clusters()) {
      String name = parsed.config().name();
      Assembled assembled = assemble(parsed, parts, names, before.get(name));
      now.put(name, assembled);
      clusters.put(name, assembled.config());
    }
    before = now;
    return clusters;
  }

  private static Assembled assemble(
      ParsedCluster parsed, Parts parts, ResolvedNames names, @Nullable Assembled old) {
    List<EndpointConfig> endpoints =
        switch (parsed.source()) {
          case EDS -> parsed.tls().apply(parts.endpoints().apply(parsed.edsName()));
          case DNS -> parsed.tls().apply(resolved(parsed, names));
          case STATIC, ORIGINAL_DST -> parsed.config().endpoints();
        };
    if (old != null && old.isOf(parsed, endpoints)) {
      return old;
    }
    return new Assembled(parsed, endpoints, withEndpoints(parsed.config(), endpoints));
  }

  private static List<EndpointConfig> resolved(ParsedCluster parsed, ResolvedNames names) {
    List<EndpointConfig> resolved = new ArrayList<>();
    for (EndpointConfig endpoint : parsed.names()) {
      DnsName name = new DnsName(endpoint.address(), parsed.family());
      List<String> addresses = names.addresses(name);
      int count = parsed.firstAddressOnly() ? Math.min(1, addresses.size()) : addresses.size();
      for (String address : addresses.subList(0, count)) {
        resolved.add(withAddress(endpoint, address));
      }
    }
    return resolved;
  }

  private static EndpointConfig withAddress(EndpointConfig endpoint, String address) {
    return new EndpointConfig(
        address,
        endpoint.port(),
        endpoint.weight(),
        endpoint.priority(),
        endpoint.locality(),
        endpoint.localityWeight(),
        endpoint.healthy(),
        endpoint.hostName().isEmpty() ? endpoint.address() : endpoint.hostName(),
        endpoint.labels(),
        endpoint.tls());
  }

  private static ClusterConfig withEndpoints(ClusterConfig config, List<EndpointConfig> endpoints) {
    return new ClusterConfig(
        config.name(),
        config.discovery(),
        endpoints,
        config.loadBalancing(),
        config.connectTimeoutNanos(),
        config.circuitBreakers(),
        config.outlierDetection(),
        config.service(),
        config.subset(),
        config.isTlsRequired(),
        config.hashTableSize());
  }

  /**
   * What is put together.
   *
   * @param listeners sorted by name
   * @param routes route configurations by name, null if there is none
   * @param clusters in any order
   * @param endpoints by the name that clusters ask by, empty if there are none
   */
  record Parts(
      List<ParsedListener> listeners,
      Function<String, @Nullable RouteConfiguration> routes,
      List<ParsedCluster> clusters,
      Function<String, List<EndpointConfig>> endpoints) {}

  /** A cluster and what it was made of. */
  private record Assembled(
      ParsedCluster parsed, List<EndpointConfig> endpoints, ClusterConfig config) {
    // Equal lists are compared only where names were resolved anew; all else is the same object.
    @SuppressWarnings("ReferenceEquality")
    boolean isOf(ParsedCluster other, List<EndpointConfig> otherEndpoints) {
      return parsed == other && (endpoints == otherEndpoints || endpoints.equals(otherEndpoints));
    }
  }
}
