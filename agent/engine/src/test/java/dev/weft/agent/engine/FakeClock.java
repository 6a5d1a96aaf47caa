/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is moved. Starts below zero, as a real one may. */
final class FakeClock implements EngineClock {
  private final AtomicLong now = new AtomicLong(-5_000_000_000L);

  @Override
  public long nanos() {
    return now.get();
  }

  void advance(Duration duration) {
    now.addAndGet(duration.toNanos());
  }
}
