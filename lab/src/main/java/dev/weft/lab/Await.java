/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.lab;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition in the world outside this process, by asking again. */
public final class Await {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private Await() {}

  /**
   * Waits until the condition holds.
   *
   * @param what completes "waited 10 s for …"
   * @param detail added to the failure's message
   * @throws IllegalStateException if it does not hold in time
   */
  public static void until(
      String what, Duration limit, BooleanSupplier condition, Supplier<String> detail) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end || Thread.interrupted()) {
        throw new IllegalStateException(
            "waited " + limit.toSeconds() + " s for " + what + detail.get());
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** Waits until the condition holds, like the longer form. */
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    until(what, limit, condition, () -> "");
  }
}
