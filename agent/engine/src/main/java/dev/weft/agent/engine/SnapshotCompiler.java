/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.OutboundListener;
import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.engine.route.Listener;
import dev.weft.agent.engine.route.RouteCompiler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compiles a configuration, taking over what stays of the last snapshot. */
final class SnapshotCompiler {
  private SnapshotCompiler() {}

  static Snapshot compile(
      MeshConfig config,
      @Nullable Snapshot previous,
      Function<Destination, @Nullable Object> handles,
      long now) {
    Map<String, Cluster> clusters = new HashMap<>();
    for (ClusterConfig cluster : config.clusters().values()) {
      Cluster before = previous == null ? null : previous.clusters().get(cluster.name());
      clusters.put(cluster.name(), Cluster.compile(cluster, before, handles, now));
    }
    RouteCompiler routes = new RouteCompiler(clusters);
    List<Listener> listeners = new ArrayList<>();
    for (OutboundListener listener : config.listeners()) {
      Listener before = previous == null ? null : previous.listener(listener.port());
      listeners.add(routes.compile(listener, before));
    }
    listeners.sort(Comparator.comparingInt(Listener::port));
    return new Snapshot(config, clusters, listeners);
  }
}
