/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.MeshConfig.OutboundPolicy;
import dev.weft.agent.engine.route.Listener;
import dev.weft.agent.engine.route.VirtualHost;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one request is decided by, compiled at push. Immutable, but for the counts of
 * clusters and endpoints, which outlive it.
 */
public final class Snapshot {
  private final MeshConfig config;
  private final Map<String, Cluster> clusters;
  private final int[] ports;
  private final Listener[] listeners;
  private final boolean isTlsOrdered;
  private final boolean isTlsOffered;

  Snapshot(MeshConfig config, Map<String, Cluster> clusters, List<Listener> byPort) {
    this.config = config;
    this.clusters = Map.copyOf(clusters);
    listeners = byPort.toArray(new Listener[0]);
    isTlsOrdered = config.clusters().values().stream().anyMatch(ClusterConfig::isTlsRequired);
    isTlsOffered = clusters.values().stream().anyMatch(Cluster::isTlsOffered);
    ports = byPort.stream().mapToInt(Listener::port).toArray();
  }

  /** Returns the configuration's version, for display. */
  public String version() {
    return config.version();
  }

  /** Returns what it was compiled from. */
  public MeshConfig config() {
    return config;
  }

  /** Returns the clusters by name. */
  public Map<String, Cluster> clusters() {
    return clusters;
  }

  /** Returns the listeners by ascending port. */
  public List<Listener> listeners() {
    return List.of(listeners);
  }

  /** Returns the listener of a destination port, or null. */
  public @Nullable Listener listener(int port) {
    int index = Arrays.binarySearch(ports, port);
    return index < 0 ? null : listeners[index];
  }

  /** Returns the virtual host that lists a host at a port, or null. */
  public @Nullable VirtualHost virtualHost(int port, String host) {
    Listener listener = listener(port);
    return listener == null ? null : listener.virtualHost(host);
  }

  /**
   * Returns whether there is a cluster that this process may not send plaintext.
   *
   * @param hasIdentity whether it can prove who it is: then it speaks TLS where that is offered
   */
  boolean isTlsOrdered(boolean hasIdentity) {
    return isTlsOrdered || (hasIdentity && isTlsOffered);
  }

  /** Returns whether only what a virtual host lists may be called. */
  public boolean isRegistryOnly() {
    return config.outboundPolicy() == OutboundPolicy.REGISTRY_ONLY;
  }
}
