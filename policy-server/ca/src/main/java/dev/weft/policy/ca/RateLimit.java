/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets each address ask a hundred times a second on average, and twice as often at once: enough for
 * a machine that starts all its workloads, too little to try secrets or to keep the CA busy.
 * Thread-safe.
 */
final class RateLimit {
  private static final double PER_MILLISECOND = 0.1;
  private static final double AT_ONCE = 200;
  private static final int MOST_ADDRESSES = 10_000;

  private final InstantSource clock;

  /** What is left by address, the address that asked least lately first. Guarded by this. */
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  RateLimit(InstantSource clock) {
    this.clock = clock;
  }

  /** Returns whether an address may ask once more, and counts that it did. */
  synchronized boolean take(String address) {
    long now = clock.millis();
    Bucket bucket = buckets.computeIfAbsent(address, unseen -> new Bucket(AT_ONCE, now));
    double left =
        Math.min(AT_ONCE, bucket.left() + Math.max(0, now - bucket.atMillis()) * PER_MILLISECOND);
    boolean isAllowed = left >= 1;
    buckets.put(address, new Bucket(isAllowed ? left - 1 : left, now));
    return isAllowed;
  }

  private record Bucket(double left, long atMillis) {}
}
