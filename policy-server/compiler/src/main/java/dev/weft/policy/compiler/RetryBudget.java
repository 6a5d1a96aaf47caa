/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.type.v3.Percent;
import org.jspecify.annotations.Nullable;

/**
 * A DestinationRule's {@code retryBudget}: how many retries may be under way.
 *
 * @param percent of the requests under way
 * @param minConcurrency so many always may
 */
record RetryBudget(double percent, long minConcurrency) {
  private static final double DEFAULT_PERCENT = 20;
  private static final long DEFAULT_MIN_CONCURRENCY = 3;

  /** Returns what a rule says; null if it says nothing. */
  static @Nullable RetryBudget read(Field field, Report report) {
    return field.isPresent()
        ? new RetryBudget(
            report.percent(field.get("percent"), DEFAULT_PERCENT),
            report.number(
                field.get("minRetryConcurrency"), 0, Integer.MAX_VALUE, DEFAULT_MIN_CONCURRENCY))
        : null;
  }

  void applyTo(Thresholds.Builder thresholds) {
    thresholds
        .getRetryBudgetBuilder()
        .setBudgetPercent(Percent.newBuilder().setValue(percent))
        .setMinRetryConcurrency(Protos.uint32(minConcurrency));
  }
}
