/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The daemon thread {@code weft-control}. Thread-safe. */
public final class ControlThread implements ControlLoop, AutoCloseable {
  private static final Logger logger = Logger.getLogger(ControlThread.class.getName());
  private final ScheduledThreadPoolExecutor executor;
  private final RepeatedLog log = new RepeatedLog(logger, this);
  private volatile @Nullable Thread current;

  /** Creates the thread; it starts with the first task. */
  public ControlThread() {
    DaemonThreads threads = DaemonThreads.named("weft-control");
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = threads.newThread(task);
              current = thread;
              return thread;
            });
    executor.setRemoveOnCancelPolicy(true);
  }

  @Override
  public void execute(Runnable task) {
    schedule(0, task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    try {
      Future<?> future =
          executor.schedule(() -> runGuarded(task), delayNanos, TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      logger.log(Level.FINE, "The control thread has stopped; a task was left out", e);
      return () -> {};
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Returns whether the caller runs on this thread. */
  public boolean isCurrent() {
    return Thread.currentThread().equals(current);
  }

  /** Drops what is not yet due and stops. Does not wait. */
  @Override
  public void close() {
    executor.shutdownNow();
  }

  private void runGuarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | LinkageError e) {
      log.log(
          Level.SEVERE,
          e.toString(),
          "A fault in the control plane client; the configuration in force stays. Please report it",
          e);
    }
  }
}
