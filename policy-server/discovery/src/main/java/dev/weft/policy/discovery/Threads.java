/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads of discovery: all daemons, named {@code weft-*}. */
final class Threads implements AutoCloseable {
  private static final int MAX_WORKERS = 4;

  private final ExecutorService workers =
      Executors.newFixedThreadPool(
          Math.min(MAX_WORKERS, Runtime.getRuntime().availableProcessors()),
          named("weft-discovery-"));
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(1, named("weft-discovery-timer-"));

  Threads() {
    clock.setRemoveOnCancelPolicy(true);
  }

  private static ThreadFactory named(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  ExecutorService workers() {
    return workers;
  }

  Timer timer() {
    return new Timer() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public Cancellable after(Duration delay, Runnable task) {
        Future<?> scheduled = clock.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
      }
    };
  }

  @Override
  public void close() {
    clock.shutdownNow();
    workers.shutdown();
  }
}
