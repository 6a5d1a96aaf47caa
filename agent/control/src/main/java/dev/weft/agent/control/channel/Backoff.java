/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import java.util.function.DoubleSupplier;

/**
 * Ever longer waits with jitter: doubling from 0.5 s to 5 s, and after three minutes of waiting on
 * to 10 s. A server that restarts is followed within 5 s; one that is gone for long is not beset,
 * and still followed within the 15 s for which it takes nothing away from agents after its start.
 *
 * <p>Each wait is drawn between half of that and all of it, so agents that lost the same server
 * together drift apart from one wait to the next and do not come back in step: at the 5 s step a
 * thousand agents make some 270 attempts a second, each one TCP connection, which a server on one
 * core takes. Not thread-safe.
 */
public final class Backoff {
  private static final long FIRST_NANOS = 500_000_000L;
  private static final long LONGEST_AT_FIRST_NANOS = 5_000_000_000L;
  private static final long LONGEST_NANOS = 10_000_000_000L;
  private static final long AT_FIRST_NANOS = 180_000_000_000L;
  private final DoubleSupplier random;
  private long next = FIRST_NANOS;
  private long waited;

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
    long wait = full / 2 + (long) (random.getAsDouble() * (full / 2.0));
    waited += wait;
    next = Math.min(waited < AT_FIRST_NANOS ? LONGEST_AT_FIRST_NANOS : LONGEST_NANOS, full * 2);
    return wait;
  }

  /** Starts short again. */
  public void reset() {
    next = FIRST_NANOS;
    waited = 0;
  }
}
