/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import java.util.concurrent.Executor;

/**
 * Where the control plane's work runs: one task after another, with a clock. Everything that is
 * said to be not thread-safe here is used from its tasks only.
 */
public interface ControlLoop extends Executor {
  /** Runs a task after those that wait already. From any thread. */
  @Override
  void execute(Runnable task);

  /** Runs a task after some time, unless it is cancelled before. From any thread. */
  Timer schedule(long delayNanos, Runnable task);

  /** Returns the time, comparable within this process only. */
  long nanoTime();

  /** A task that is due later. */
  interface Timer {
    /** Sees to it that the task does not run, unless it runs already. */
    void cancel();
  }
}
