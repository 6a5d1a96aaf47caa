/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;

/**
 * Lets each caller ask so many times in a second, and no more before the next one. Remembers some
 * 10,000 callers that asked last. Thread-safe; nobody waits.
 */
public final class RateLimit {
  /** When a caller that was refused may ask again at the latest. */
  public static final Duration PERIOD = Duration.ofSeconds(1);

  private static final int MOST_CALLERS = 10_000;

  private final RateLimiterConfig config;
  private final Cache<String, RateLimiter> callers =
      Caffeine.newBuilder().maximumSize(MOST_CALLERS).build();

  /**
   * Makes a limit.
   *
   * @param perSecond how often a caller may ask in a second; 1 or more
   */
  public RateLimit(int perSecond) {
    config =
        RateLimiterConfig.custom()
            .limitForPeriod(perSecond)
            .limitRefreshPeriod(PERIOD)
            .timeoutDuration(Duration.ZERO)
            .build();
  }

  /** Takes a turn for a caller, and returns whether it has one. */
  public boolean take(String caller) {
    return callers.get(caller, name -> RateLimiter.of(name, config)).acquirePermission();
  }
}
