/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Calls under way through all callers at once. Thread-safe. */
final class Traffic {
  /** Enough to use several connections of a pool. */
  private static final int THREADS_PER_CALLER = 2;

  private final Map<Caller, List<Future<Tally>>> parts = new LinkedHashMap<>();
  private final AtomicInteger done = new AtomicInteger();

  private Traffic() {}

  /**
   * Begins to call.
   *
   * @param each the number of calls through each caller
   */
  static Traffic start(List<Caller> callers, int each, Function<Caller, Answer> call) {
    Traffic traffic = new Traffic();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            callers.size() * THREADS_PER_CALLER,
            task -> {
              Thread thread = new Thread(task, "weft-demo-traffic");
              thread.setDaemon(true);
              return thread;
            });
    for (Caller caller : callers) {
      List<Future<Tally>> futures = new ArrayList<>();
      for (int i = 0; i < THREADS_PER_CALLER; i++) {
        int share = (each + i) / THREADS_PER_CALLER;
        futures.add(threads.submit(() -> traffic.count(caller, share, call)));
      }
      traffic.parts.put(caller, futures);
    }
    threads.shutdown();
    return traffic;
  }

  /** Returns how many calls have been answered so far, all callers together. */
  int done() {
    return done.get();
  }

  /**
   * Waits for the last answer, and returns what came back at each caller, in the callers' order.
   */
  Map<Caller, Tally> finish() {
    Map<Caller, Tally> result = new LinkedHashMap<>();
    parts.forEach(
        (caller, futures) -> {
          for (Future<Tally> future : futures) {
            result.merge(caller, get(future), Tally::plus);
          }
        });
    return result;
  }

  private Tally count(Caller caller, int calls, Function<Caller, Answer> call) {
    Tally tally = Tally.NONE;
    for (int i = 0; i < calls; i++) {
      tally = tally.plus(Tally.of(call.apply(caller)));
      done.incrementAndGet();
    }
    return tally;
  }

  private static Tally get(Future<Tally> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while calling", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a call failed: " + e.getCause(), e);
    }
  }
}
