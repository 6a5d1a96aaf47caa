/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

/** A monotonic clock. Thread-safe. */
@FunctionalInterface
public interface EngineClock {
  /** The clock of the machine. */
  EngineClock SYSTEM = System::nanoTime;

  /** Returns nanoseconds since some moment; only differences mean anything. Never goes back. */
  long nanos();
}
