/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import java.time.Duration;

/** Time, so that tests can turn it. Thread-safe. */
public interface Timer {
  /** Returns nanoseconds since some moment. */
  long nanoTime();

  /** Runs a short task once after this time, unless it is cancelled. */
  Cancellable after(Duration delay, Runnable task);

  /** A task that has not run yet, perhaps. */
  interface Cancellable {
    /** Keeps it from running, if it has not begun. */
    void cancel();
  }
}
