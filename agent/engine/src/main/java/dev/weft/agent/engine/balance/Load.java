/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.balance;

import dev.weft.agent.engine.endpoint.Endpoint;
import dev.weft.agent.engine.endpoint.Tried;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints take load now and how much of it: valid for one epoch of ejections, until the
 * first ejection ends. Immutable.
 */
final class Load {
  private static final int RESELECTIONS = 5;

  private final int epoch;
  private final boolean expires;
  private final long expiresAt;
  private final Group[] groups;
  private final long[] sums;
  private final boolean hashed;

  Load(Group[] groups, boolean hashed, int epoch, boolean expires, long expiresAt) {
    this.groups = groups;
    this.hashed = hashed;
    this.epoch = epoch;
    this.expires = expires;
    this.expiresAt = expiresAt;
    sums = new long[groups.length];
    long sum = 0;
    for (int i = 0; i < groups.length; i++) {
      sum += groups[i].share;
      sums[i] = sum;
    }
  }

  boolean isCurrent(int currentEpoch, long now) {
    return epoch == currentEpoch && (!expires || now - expiresAt < 0);
  }

  /** Returns an endpoint, one that was not tried if there is any; null if none takes load. */
  @Nullable Endpoint pick(RandomGenerator random, long hash, @Nullable Tried tried) {
    if (groups.length == 0) {
      return null;
    }
    Group group = groups.length == 1 ? groups[0] : groups[choose(random, hash)];
    Endpoint endpoint = group.picker.pick(random, hash, 0);
    if (tried == null || endpoint == null) {
      return endpoint;
    }
    for (int attempt = 1; attempt <= RESELECTIONS && tried.includes(endpoint); attempt++) {
      Endpoint other = group.picker.pick(random, hash, attempt);
      endpoint = other == null ? endpoint : other;
    }
    return tried.includes(endpoint) ? untried(endpoint, random, tried) : endpoint;
  }

  private int choose(RandomGenerator random, long hash) {
    long total = sums[sums.length - 1];
    long value = hashed ? Long.remainderUnsigned(hash, total) : random.nextLong(total);
    return WeightedChoice.indexOf(sums, value);
  }

  /** Chance found none: looks at all that take load, from a random place. */
  private Endpoint untried(Endpoint fallback, RandomGenerator random, Tried tried) {
    for (Group group : groups) {
      Endpoint[] eligible = group.eligible;
      int start = eligible.length == 0 ? 0 : random.nextInt(eligible.length);
      for (int i = 0; i < eligible.length; i++) {
        Endpoint endpoint = eligible[(start + i) % eligible.length];
        if (!tried.includes(endpoint)) {
          return endpoint;
        }
      }
    }
    return fallback;
  }

  /** A priority, or a locality of one. */
  static final class Group {
    private final Endpoint[] eligible;
    private final Picker picker;
    private final long share;

    /**
     * Makes a group.
     *
     * @param eligible the endpoints that take load
     * @param picker chooses among them
     * @param share above 0, in proportion to the other groups'
     */
    Group(Endpoint[] eligible, Picker picker, long share) {
      this.eligible = eligible;
      this.picker = picker;
      this.share = share;
    }
  }
}
