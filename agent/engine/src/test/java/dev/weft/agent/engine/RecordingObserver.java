/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.endpoint.Destination;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what ended. */
final class RecordingObserver implements EngineObserver {
  final List<Ended> attempts = new CopyOnWriteArrayList<>();
  final List<Ended> calls = new CopyOnWriteArrayList<>();

  @Override
  public Object handle(Destination destination) {
    return destination.cluster() + "!";
  }

  @Override
  public void attemptEnded(Observed attempt, long durationNanos) {
    attempts.add(Ended.of(attempt, durationNanos));
  }

  @Override
  public void callEnded(Observed call, long durationNanos) {
    calls.add(Ended.of(call, durationNanos));
  }

  record Ended(
      String route, String cluster, int number, int status, String flag, long durationNanos) {
    static Ended of(Observed observed, long durationNanos) {
      return new Ended(
          observed.route().route(),
          observed.destination().cluster(),
          observed.number(),
          observed.status(),
          observed.flag(),
          durationNanos);
    }
  }
}
