/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.balance.PriorityLevel.Locality;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.endpoint.Endpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/*
 * Envoy's priority load: a priority's health is min(100, 140 × healthy / all); load goes to the
 * first priorities up to their health, scaled up if all together have less than 100. Only in that
 * case can a priority panic: if less than the threshold of it is healthy, all of it takes load.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority
 */
/** Works out who takes load at one moment. */
final class LoadCompiler {
  private static final int OVERPROVISIONING_PERCENT = 140;
  private static final long SHARE_SCALE = 1_000_000;

  private final LoadBalancing algorithm;
  private final List<PriorityLevel> levels;
  private final int panicPercent;
  private final AtomicInteger turns;

  LoadCompiler(
      LoadBalancing algorithm, List<PriorityLevel> levels, int panicPercent, AtomicInteger turns) {
    this.algorithm = algorithm;
    this.levels = levels;
    this.panicPercent = panicPercent;
    this.turns = turns;
  }

  Load compile(int epoch, long now) {
    int count = levels.size();
    int[] healthy = new int[count];
    int[] health = new int[count];
    int sum = 0;
    boolean expires = false;
    long firstEnd = Long.MAX_VALUE;
    for (int p = 0; p < count; p++) {
      for (Endpoint endpoint : levels.get(p).endpoints) {
        healthy[p] += endpoint.isAvailable(now) ? 1 : 0;
        long remaining = endpoint.state().ejection().remainingNanos(now);
        if (remaining > 0) {
          expires = true;
          firstEnd = Math.min(firstEnd, remaining);
        }
      }
      int size = levels.get(p).endpoints.length;
      health[p] = Math.min(100, OVERPROVISIONING_PERCENT * healthy[p] / size);
      sum += health[p];
    }
    List<Load.Group> groups = new ArrayList<>();
    int[] shares = shares(health, sum);
    for (int p = 0; p < count; p++) {
      int size = levels.get(p).endpoints.length;
      boolean panics = sum < 100 && 100 * healthy[p] < panicPercent * size;
      if (shares[p] > 0 && (panics || healthy[p] > 0)) {
        addGroups(groups, levels.get(p), shares[p] * SHARE_SCALE, panics, now);
      }
    }
    boolean hashed = algorithm == LoadBalancing.RING_HASH || algorithm == LoadBalancing.MAGLEV;
    long expiresAt = expires ? now + firstEnd : 0;
    return new Load(groups.toArray(new Load.Group[0]), hashed, epoch, expires, expiresAt);
  }

  /** Returns each priority's percentage of the load; by size if nothing is healthy. */
  private int[] shares(int[] health, int sum) {
    int[] shares = new int[health.length];
    int left = 100;
    for (int p = 0; p < shares.length; p++) {
      if (sum == 0) {
        shares[p] = levels.get(p).endpoints.length;
      } else {
        shares[p] = Math.min(left, health[p] * 100 / Math.min(100, sum));
        left -= shares[p];
      }
    }
    for (int p = 0; p < shares.length && sum > 0 && left > 0; p++) {
      if (shares[p] > 0) { // what rounding left over
        shares[p] += left;
        left = 0;
      }
    }
    return shares;
  }

  private void addGroups(
      List<Load.Group> groups, PriorityLevel level, long share, boolean panics, long now) {
    if (level.localities.isEmpty()) {
      groups.add(group(level, level.endpoints, share, panics, now));
      return;
    }
    double[] weights = new double[level.localities.size()];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      Locality locality = level.localities.get(i);
      double available = eligible(locality.endpoints, panics, now).length;
      double health =
          Math.min(1, available * OVERPROVISIONING_PERCENT / 100 / locality.endpoints.length);
      weights[i] = locality.weight * health;
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0) {
        long part = Math.max(1, Math.round(share * weights[i] / sum));
        groups.add(group(level, level.localities.get(i).endpoints, part, panics, now));
      }
    }
  }

  private Load.Group group(
      PriorityLevel level, Endpoint[] members, long share, boolean panics, long now) {
    Endpoint[] eligible = eligible(members, panics, now);
    return new Load.Group(eligible, picker(level, eligible), share);
  }

  private Picker picker(PriorityLevel level, Endpoint[] eligible) {
    HashTable table = level.table;
    if (table != null) {
      Set<Endpoint> members = new HashSet<>(Arrays.asList(eligible));
      boolean[] may = new boolean[level.endpoints.length];
      for (int i = 0; i < may.length; i++) {
        may[i] = members.contains(level.endpoints[i]);
      }
      return new HashPicker(level.endpoints, may, table);
    }
    return switch (algorithm) {
      case ROUND_ROBIN -> new RoundRobin(eligible, turns);
      case LEAST_REQUEST -> new LeastRequest(eligible);
      default -> new RandomPicker(eligible);
    };
  }

  private static Endpoint[] eligible(Endpoint[] members, boolean all, long now) {
    return all
        ? members
        : Arrays.stream(members)
            .filter(endpoint -> endpoint.isAvailable(now))
            .toArray(Endpoint[]::new);
  }
}
