/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.dns;

import dev.weft.agent.control.channel.DaemonThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Up to four daemon threads {@code weft-control-dns} that look names up, so that one name that is
 * slow does not hold up all others. They end when there is nothing to do. Thread-safe.
 */
public final class LookupThreads implements Executor, AutoCloseable {
  private static final Logger logger = Logger.getLogger(LookupThreads.class.getName());
  private static final int THREADS = 4;
  private final ThreadPoolExecutor executor;

  /** Creates the threads; they start with the first look-ups. */
  public LookupThreads() {
    executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named("weft-control-dns"));
    executor.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      logger.log(Level.FINE, "The look-up threads have stopped; a look-up was left out", e);
    }
  }

  /** Stops. Does not wait. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
