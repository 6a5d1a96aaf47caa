/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes threads that keep no process alive and hold on to nothing of the application: neither its
 * class loader nor its thread-locals. Thread-safe.
 */
public final class DaemonThreads implements ThreadFactory {
  private final String name;
  private final boolean numbered;
  private final AtomicInteger count = new AtomicInteger();

  private DaemonThreads(String name, boolean numbered) {
    this.name = name;
    this.numbered = numbered;
  }

  /** Returns a factory whose threads all have this name. */
  public static DaemonThreads named(String name) {
    return new DaemonThreads(name, false);
  }

  /** Returns a factory whose threads have this name and a number. */
  public static DaemonThreads numbered(String name) {
    return new DaemonThreads(name, true);
  }

  @Override
  public Thread newThread(Runnable task) {
    String full = numbered ? name + "-" + count.incrementAndGet() : name;
    Thread thread = new Thread(null, task, full, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(DaemonThreads.class.getClassLoader());
    return thread;
  }
}
