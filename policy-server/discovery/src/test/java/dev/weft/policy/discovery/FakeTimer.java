/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Time that stands still until it is turned. Thread-safe. */
public final class FakeTimer implements Timer {
  private final List<Task> tasks = new ArrayList<>();
  private long now;

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized Cancellable after(Duration delay, Runnable task) {
    Task made = new Task(now + delay.toNanos(), task);
    tasks.add(made);
    return () -> cancel(made);
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  /** Turns time, and runs what is due on the way, on this thread. */
  public void advance(Duration duration) {
    long end = nanoTime() + duration.toNanos();
    for (Task due = nextDue(end); due != null; due = nextDue(end)) {
      due.run().run();
    }
    synchronized (this) {
      now = end;
    }
  }

  private synchronized @Nullable Task nextDue(long end) {
    Task first =
        tasks.stream()
            .filter(task -> task.at() <= end)
            .min(Comparator.comparingLong(Task::at))
            .orElse(null);
    if (first != null) {
      tasks.remove(first);
      now = Math.max(now, first.at());
    }
    return first;
  }

  /** Returns how many tasks wait. */
  public synchronized int waiting() {
    return tasks.size();
  }

  private record Task(long at, Runnable run) {}
}
