/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.match.PathMatcher;
import dev.weft.agent.engine.retry.RetryPolicy;
import dev.weft.agent.seam.RequestReader;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A route that sends requests to clusters. Immutable. */
public final class Forwarding {
  private final Target[] targets;
  private final long[] sums;
  private final PathMatcher matcher;
  private final @Nullable PathRewrite rewrite;
  private final long timeoutNanos;
  private final RetryPolicy retry;
  private final List<MirrorTarget> mirrors;
  private final HashPolicies hashPolicies;

  Forwarding(Parts parts) {
    targets = parts.targets.toArray(new Target[0]);
    sums = new long[targets.length];
    long sum = 0;
    for (int i = 0; i < targets.length; i++) {
      sum += parts.weights.get(i);
      sums[i] = sum;
    }
    matcher = parts.matcher;
    rewrite = parts.rewrite;
    timeoutNanos = parts.timeoutNanos;
    retry = parts.retry;
    mirrors = List.copyOf(parts.mirrors);
    hashPolicies = parts.hashPolicies;
  }

  /** Chooses a destination by weight. */
  public Target choose(RandomGenerator random) {
    if (targets.length == 1) {
      return targets[0];
    }
    long value = random.nextLong(sums[sums.length - 1]);
    int index = 0;
    while (sums[index] <= value) {
      index++;
    }
    return targets[index];
  }

  /** Returns the destinations in order. */
  public List<Target> targets() {
    return List.of(targets);
  }

  /** Returns a destination's weight. */
  public long weight(int index) {
    return index == 0 ? sums[0] : sums[index] - sums[index - 1];
  }

  /** Returns the path to send; null if it is the request's own. */
  public @Nullable String rewrittenPath(String path) {
    return rewrite == null ? null : rewrite.rewrite(path, matcher);
  }

  /** Returns whether the path is changed. */
  public boolean rewritesPath() {
    return rewrite != null;
  }

  /** Returns the timeout over all attempts, in nanoseconds; 0 for none. */
  public long timeoutNanos() {
    return timeoutNanos;
  }

  /** Returns when to try again. */
  public RetryPolicy retry() {
    return retry;
  }

  /** Returns where copies go. */
  public List<MirrorTarget> mirrors() {
    return mirrors;
  }

  /** Returns what consistent hashing hashes the request by. */
  public <Q> long hash(
      Q request, RequestReader<Q> reader, RandomGenerator random, long sourceHash) {
    return hashPolicies.hash(request, reader, random, sourceHash);
  }

  /** What a forwarding route consists of. */
  record Parts(
      List<Target> targets,
      List<Long> weights,
      PathMatcher matcher,
      @Nullable PathRewrite rewrite,
      long timeoutNanos,
      RetryPolicy retry,
      List<MirrorTarget> mirrors,
      HashPolicies hashPolicies) {}
}
