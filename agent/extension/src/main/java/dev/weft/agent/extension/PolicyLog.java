/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.engine.authorization.PolicyMatch;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Says which policies refuse requests: each at most once a minute, with how often until then.
 * Thread-safe.
 */
final class PolicyLog {
  private static final Logger logger = Logger.getLogger(PolicyLog.class.getName());
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanoTime;
  private final Map<PolicyMatch, Entry> entries = new ConcurrentHashMap<>();

  PolicyLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  void matched(PolicyMatch match) {
    Entry entry = entries.computeIfAbsent(match, key -> new Entry(nanoTime.getAsLong()));
    entry.count.incrementAndGet();
    long due = entry.due.get();
    long now = nanoTime.getAsLong();
    if (now - due >= 0 && entry.due.compareAndSet(due, now + MINUTE_NANOS)) {
      logger.log(
          Level.INFO,
          "Requests that came in: {0} {1} by {2}{3}",
          new Object[] {
            entry.count.getAndSet(0),
            match.effect().text(),
            match.policy(),
            match.reason().isEmpty() ? "" : ": " + match.reason()
          });
    }
  }

  private static final class Entry {
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong due;

    Entry(long due) {
      this.due = new AtomicLong(due);
    }
  }
}
