/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import java.util.function.DoubleSupplier;

/**
 * Ever longer waits with jitter: doubling from 0.5 s to 30 s, each between half of that and all of
 * it, so that agents that lost the same server do not come back in step. Not thread-safe.
 */
public final class Backoff {
  private static final long FIRST_NANOS = 500_000_000L;
  private static final long LONGEST_NANOS = 30_000_000_000L;
  private final DoubleSupplier random;
  private long next = FIRST_NANOS;

  /**
   * Creates one that starts short.
   *
   * @param random gives numbers from 0 (included) to 1 (excluded)
   */
  public Backoff(DoubleSupplier random) {
    this.random = random;
  }

  /** Returns how long to wait this time, in nanoseconds. */
  public long nextNanos() {
    long full = next;
    next = Math.min(LONGEST_NANOS, full * 2);
    return full / 2 + (long) (random.getAsDouble() * (full / 2.0));
  }

  /** Starts short again. */
  public void reset() {
    next = FIRST_NANOS;
  }
}
