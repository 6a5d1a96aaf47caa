/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.outlier;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What outlier detection knows of one endpoint: errors in a row, and until when it is ejected.
 * Thread-safe; outlives a push.
 */
public final class Ejection {
  private static final long NEVER = Long.MIN_VALUE;

  final AtomicInteger serverErrors = new AtomicInteger();
  final AtomicInteger gatewayErrors = new AtomicInteger();

  /** Written only by who holds the cluster's ejection guard. */
  private int times;

  private volatile long until = NEVER;

  /**
   * Returns whether the endpoint is ejected at {@code now}, in nanoseconds of the engine's clock.
   */
  public boolean isEjected(long now) {
    long end = until;
    return end != NEVER && end - now > 0;
  }

  /** Returns for how many nanoseconds from {@code now} it stays ejected; 0 if it is not. */
  public long remainingNanos(long now) {
    long end = until;
    return end == NEVER ? 0 : Math.max(0, end - now);
  }

  /**
   * Ejects for the base time × the number of ejections, which goes down by one for each interval
   * without. The end is rounded up to the next review, as Envoy lets endpoints back in only then.
   */
  void eject(long now, long interval, long base, long max) {
    long end = until;
    if (end != NEVER && interval > 0) {
      times = (int) Math.max(0, times - (now - end) / interval);
    }
    times++;
    long duration = Math.min(base * times, Math.max(base, max));
    long due = now + duration;
    if (interval > 0) {
      due += Math.floorMod(-due, interval);
    }
    until = due == NEVER ? due + 1 : due;
    serverErrors.set(0);
    gatewayErrors.set(0);
  }
}
