/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the faults of our own that were caught, so that the application never sees them: counts
 * them, keeps the last one's message, and hands one a minute to its owner to log. Thread-safe; does
 * not block unless the owner does.
 */
public final class FaultLog {
  private static final long MINUTE_NANOS = 60_000_000_000L;

  private final EngineClock clock;
  private final BiConsumer<String, Throwable> owner;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong nextLog;
  private volatile @Nullable String last;

  /**
   * Makes a log.
   *
   * @param owner logs what was being done and the fault, at most once a minute
   */
  public FaultLog(EngineClock clock, BiConsumer<String, Throwable> owner) {
    this.clock = clock;
    this.owner = owner;
    nextLog = new AtomicLong(clock.nanos());
  }

  /**
   * Takes a fault. Never throws.
   *
   * @param doing what failed, such as {@code begin}
   */
  public void record(String doing, Throwable fault) {
    count.incrementAndGet();
    last = doing + ": " + fault;
    long due = nextLog.get();
    long now = clock.nanos();
    if (now - due >= 0 && nextLog.compareAndSet(due, now + MINUTE_NANOS)) {
      try {
        owner.accept(doing, fault);
      } catch (RuntimeException e) {
        last = "log: " + e;
      }
    }
  }

  /** Returns how many faults there were. */
  public long count() {
    return count.get();
  }

  /** Returns the last fault as a text; null if there was none. */
  public @Nullable String last() {
    return last;
  }
}
