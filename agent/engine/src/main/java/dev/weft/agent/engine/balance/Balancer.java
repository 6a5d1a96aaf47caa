/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.endpoint.Endpoint;
import dev.weft.agent.engine.endpoint.Tried;
import dev.weft.agent.engine.outlier.EjectionState;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among a cluster's endpoints. Who takes load is worked out anew only when an endpoint was
 * ejected or an ejection ended. Thread-safe.
 */
public final class Balancer {
  private final LoadCompiler compiler;
  private final EjectionState ejections;
  private volatile Load load;

  /**
   * Makes a balancer.
   *
   * @param cluster says how an endpoint is chosen
   * @param panicPercent below this share of healthy endpoints all of them take load; 0 for never
   * @param turns round robin's counter, which outlives a push
   */
  public Balancer(
      ClusterConfig cluster,
      Endpoint[] endpoints,
      int panicPercent,
      EjectionState ejections,
      AtomicInteger turns,
      long now) {
    TreeMap<Integer, List<Endpoint>> byPriority = new TreeMap<>();
    for (Endpoint endpoint : endpoints) {
      EndpointConfig config = endpoint.destination().endpoint();
      int priority = config == null ? 0 : config.priority();
      byPriority.computeIfAbsent(priority, p -> new ArrayList<>()).add(endpoint);
    }
    List<PriorityLevel> levels =
        byPriority.values().stream().map(all -> new PriorityLevel(all, cluster)).toList();
    this.ejections = ejections;
    compiler = new LoadCompiler(cluster.loadBalancing(), levels, panicPercent, turns);
    load = compiler.compile(ejections.epoch(), now);
  }

  /**
   * Returns the endpoint for a call; null if none takes load.
   *
   * @param now the engine's clock, in nanoseconds
   * @param hash what consistent hashing hashes by
   * @param tried what is chosen only if there is nothing else; null for nothing
   */
  public @Nullable Endpoint pick(
      long now, RandomGenerator random, long hash, @Nullable Tried tried) {
    Load current = load;
    int epoch = ejections.epoch();
    if (!current.isCurrent(epoch, now)) {
      current = compiler.compile(epoch, now);
      load = current;
    }
    return current.pick(random, hash, tried);
  }
}
