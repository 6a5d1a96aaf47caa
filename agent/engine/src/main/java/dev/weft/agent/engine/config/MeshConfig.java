/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;
import java.util.Map;

/**
 * Everything that the engine decides by.
 *
 * @param version a short text that changes with the content, for display
 * @param listeners outbound listeners; at most one for a port
 * @param clusters by name
 * @param outboundPolicy what happens to a host or port that no virtual host lists
 * @param inbound what guards requests that come in
 */
public record MeshConfig(
    String version,
    List<OutboundListener> listeners,
    Map<String, ClusterConfig> clusters,
    OutboundPolicy outboundPolicy,
    InboundConfig inbound) {
  /** Makes a configuration that guards nothing. */
  public MeshConfig(
      String version,
      List<OutboundListener> listeners,
      Map<String, ClusterConfig> clusters,
      OutboundPolicy outboundPolicy) {
    this(version, listeners, clusters, outboundPolicy, InboundConfig.NONE);
  }

  /** Copies the collections. */
  public MeshConfig {
    listeners = List.copyOf(listeners);
    clusters = Map.copyOf(clusters);
  }

  /** Returns this configuration with something else that guards. */
  public MeshConfig with(InboundConfig other) {
    return new MeshConfig(version, listeners, clusters, outboundPolicy, other);
  }

  /** Returns this configuration with other clusters. */
  public MeshConfig with(Map<String, ClusterConfig> others) {
    return new MeshConfig(version, listeners, others, outboundPolicy, inbound);
  }

  /** What happens to traffic that the mesh knows nothing of; Istio's outboundTrafficPolicy. */
  public enum OutboundPolicy {
    /** It goes out as it would without Weft. */
    ALLOW_ANY,
    /** It is answered with 502 and the flag {@code NR}. */
    REGISTRY_ONLY
  }
}
