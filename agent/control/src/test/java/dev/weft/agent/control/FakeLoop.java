/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import dev.weft.agent.control.channel.ControlLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/** A control loop that runs in the test's thread, with a clock that the test turns. */
public final class FakeLoop implements ControlLoop {
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final List<Task> timers = new ArrayList<>();
  private long nanos = 1_000_000_000_000L;

  @Override
  public void execute(Runnable task) {
    waiting.add(task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    Task timer = new Task(nanos + delayNanos, task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  /** Runs what waits, and what becomes due meanwhile. */
  public void advance(Duration time) {
    long until = nanos + time.toNanos();
    runWaiting();
    while (true) {
      Task next =
          timers.stream()
              .filter(timer -> timer.dueNanos() <= until)
              .min(Comparator.comparingLong(Task::dueNanos))
              .orElse(null);
      if (next == null) {
        break;
      }
      timers.remove(next);
      nanos = Math.max(nanos, next.dueNanos());
      next.task().run();
      runWaiting();
    }
    nanos = until;
  }

  /** Returns how many timers are set. */
  public int timers() {
    return timers.size();
  }

  private void runWaiting() {
    while (!waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  private record Task(long dueNanos, Runnable task) {}
}
