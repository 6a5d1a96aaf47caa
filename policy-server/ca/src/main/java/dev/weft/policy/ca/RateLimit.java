/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets each caller ask so many times a second on average, and a number of times at once. Remembers
 * the 10,000 callers that asked last. Thread-safe.
 */
public final class RateLimit {
  private static final int MOST_CALLERS = 10_000;
  private static final double MILLIS_PER_SECOND = 1000;

  private final InstantSource clock;
  private final double perMillisecond;
  private final double atOnce;

  /** What is left by caller, the one that asked least lately first. Guarded by this. */
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MOST_CALLERS;
        }
      };

  /**
   * Makes a limit.
   *
   * @param perSecond how often a caller may ask a second, on average; more than 0
   * @param atOnce how often one may ask at once that has not asked for long
   */
  public RateLimit(InstantSource clock, double perSecond, double atOnce) {
    this.clock = clock;
    this.perMillisecond = perSecond / MILLIS_PER_SECOND;
    this.atOnce = atOnce;
  }

  /**
   * Takes a turn for a caller, if it has one.
   *
   * @return 0 if it may go on; else after how many milliseconds it may ask again
   */
  public synchronized long take(String caller) {
    long now = clock.millis();
    Bucket bucket = buckets.computeIfAbsent(caller, unseen -> new Bucket(atOnce, now));
    double left =
        Math.min(atOnce, bucket.left() + Math.max(0, now - bucket.atMillis()) * perMillisecond);
    boolean isAllowed = left >= 1;
    buckets.put(caller, new Bucket(isAllowed ? left - 1 : left, now));
    return isAllowed ? 0 : Math.max(1, (long) Math.ceil((1 - left) / perMillisecond));
  }

  private record Bucket(double left, long atMillis) {}
}
