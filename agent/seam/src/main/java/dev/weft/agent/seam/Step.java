/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

/**
 * What a {@link Call} says to do next: send an {@link Attempt}, answer with a {@link Reply} without
 * sending anything, or {@link Refuse} with the library's own failure.
 */
public sealed interface Step permits Attempt, Reply, Refuse {
  /**
   * Returns how long to wait before carrying the step out, in nanoseconds; 0 for no wait. It is set
   * by delay faults. A blocking client parks its caller, interruptibly and never longer than the
   * application's own timeout; every other client schedules the step on a timer.
   */
  long delayNanos();
}
