/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after the other, in order, on threads of another executor. What one task writes
 * the next one sees. A task that throws is logged; the ones after it run. Thread-safe.
 */
final class SerialExecutor implements Executor {
  private static final Logger LOGGER = System.getLogger(SerialExecutor.class.getName());

  private final Executor threads;
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean isRunning;

  SerialExecutor(Executor threads) {
    this.threads = threads;
  }

  @Override
  public void execute(Runnable task) {
    synchronized (tasks) {
      tasks.add(task);
      if (isRunning) {
        return;
      }
      isRunning = true;
    }
    try {
      threads.execute(this::run);
    } catch (RejectedExecutionException e) {
      // The server is closing: nobody waits for this any more.
      LOGGER.log(Level.DEBUG, "Task left out after close", e);
    }
  }

  private void run() {
    for (Runnable task = next(); task != null; task = next()) {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOGGER.log(Level.ERROR, "A task of discovery failed; the next one runs", e);
      }
    }
  }

  private @Nullable Runnable next() {
    synchronized (tasks) {
      Runnable task = tasks.poll();
      isRunning = task != null;
      return task;
    }
  }
}
