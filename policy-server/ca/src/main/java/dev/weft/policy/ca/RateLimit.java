/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Lets each caller ask so many times in a second, and no more before the next one. Remembers some
 * 10,000 callers that asked last. Thread-safe; nobody waits.
 */
public final class RateLimit {
  /** When a caller that was refused may ask again at the latest. */
  public static final Duration PERIOD = Duration.ofSeconds(1);

  private static final int MOST_CALLERS = 10_000;
  private static final int IPV6_BYTES = 16;

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

  /**
   * Returns what callers from an address count as: whoever has one address of an IPv6 network has
   * all of its 2^64.
   */
  public static String network(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == IPV6_BYTES
        ? HexFormat.of().formatHex(bytes, 0, IPV6_BYTES / 2)
        : address.getHostAddress();
  }

  /** Takes a turn for a caller, and returns whether it has one. */
  public boolean take(String caller) {
    return callers.get(caller, name -> RateLimiter.of(name, config)).acquirePermission();
  }
}
