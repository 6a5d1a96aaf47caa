/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

/** Points in time by {@link System#nanoTime}, as one number: 0 is none. */
final class Deadline {
  private Deadline() {}

  /** Returns when a time from now is over; 0 if the time is 0, which stands for no limit. */
  static long in(long nanos) {
    if (nanos == 0) {
      return 0;
    }
    long end = System.nanoTime() + nanos; // may wrap around, as nanoTime may
    return end == 0 ? 1 : end;
  }

  /** Returns the nanoseconds that are left, at least 1; 0 if there is no deadline. */
  static long remainingNanos(long deadline) {
    return deadline == 0 ? 0 : Math.max(1, deadline - System.nanoTime());
  }

  /** Returns whether it has passed. */
  static boolean isOver(long deadline) {
    return deadline != 0 && deadline - System.nanoTime() <= 0;
  }
}
