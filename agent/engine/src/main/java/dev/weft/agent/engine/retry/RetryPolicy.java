/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.retry;

import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RetryConfig.Condition;
import dev.weft.agent.engine.reply.GrpcStatus;
import dev.weft.agent.seam.Attempt.Failure;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;

/** When a call is tried again and after how long; Envoy's conditions. Immutable. */
public final class RetryPolicy {
  private static final Set<Condition> GRPC =
      EnumSet.of(
          Condition.GRPC_CANCELLED,
          Condition.GRPC_DEADLINE_EXCEEDED,
          Condition.GRPC_INTERNAL,
          Condition.GRPC_RESOURCE_EXHAUSTED,
          Condition.GRPC_UNAVAILABLE);

  private final RetryConfig config;
  private final int retries;
  private final long perTryTimeoutNanos;
  private final long baseNanos;
  private final long maxNanos;
  private final boolean avoidsPreviousHosts;
  private final boolean readsGrpcStatus;
  private final BitSet statuses = new BitSet(600);
  private final BitSet grpcStatuses = new BitSet(17);
  private final Set<Failure> failures = EnumSet.noneOf(Failure.class);

  /** Compiles a policy. */
  public RetryPolicy(RetryConfig config) {
    this.config = config;
    retries = config.attempts();
    perTryTimeoutNanos = config.perTryTimeoutNanos();
    baseNanos = config.backoffBaseNanos();
    maxNanos = config.backoffMaxNanos();
    avoidsPreviousHosts = config.avoidPreviousHosts();
    readsGrpcStatus = config.on().stream().anyMatch(GRPC::contains);
    for (Condition condition : config.on()) {
      add(condition, config);
    }
  }

  /** Envoy's {@code wouldRetryFromHeaders} and {@code wouldRetryFromReset}, as sets. */
  private void add(Condition condition, RetryConfig config) {
    switch (condition) {
      case SERVER_ERROR_5XX -> {
        statuses.set(500, 600);
        addAnyReset();
      }
      case GATEWAY_ERROR -> {
        statuses.set(502, 505);
        addAnyReset();
      }
      case RESET -> addAnyReset();
      case RESET_BEFORE_REQUEST, CONNECT_FAILURE -> failures.add(Failure.CONNECT);
      case REFUSED_STREAM -> failures.add(Failure.REFUSED_STREAM);
      case RETRIABLE_4XX -> statuses.set(409);
      case RETRIABLE_STATUS_CODES -> config.statuses().forEach(statuses::set);
      case GRPC_CANCELLED -> grpcStatuses.set(GrpcStatus.CANCELLED);
      case GRPC_DEADLINE_EXCEEDED -> grpcStatuses.set(GrpcStatus.DEADLINE_EXCEEDED);
      case GRPC_RESOURCE_EXHAUSTED -> grpcStatuses.set(GrpcStatus.RESOURCE_EXHAUSTED);
      case GRPC_INTERNAL -> grpcStatuses.set(GrpcStatus.INTERNAL);
      case GRPC_UNAVAILABLE -> grpcStatuses.set(GrpcStatus.UNAVAILABLE);
    }
  }

  private void addAnyReset() {
    failures.add(Failure.CONNECT);
    failures.add(Failure.REFUSED_STREAM);
    failures.add(Failure.RESET);
    failures.add(Failure.TIMEOUT);
  }

  /** Returns the number of retries after the first try. */
  public int retries() {
    return retries;
  }

  /** Returns how long one try may take; 0 for no limit. */
  public long perTryTimeoutNanos() {
    return perTryTimeoutNanos;
  }

  /** Returns whether an endpoint that was tried is chosen again only if there is no other. */
  public boolean avoidsPreviousHosts() {
    return avoidsPreviousHosts;
  }

  /** Returns whether any condition is on a gRPC status. */
  public boolean readsGrpcStatus() {
    return readsGrpcStatus;
  }

  /** Returns whether a response is tried again; {@code grpcStatus} is -1 if unknown. */
  public boolean retriesResponse(int status, int grpcStatus) {
    return (status >= 0 && statuses.get(status))
        || (grpcStatus >= 0 && grpcStatuses.get(grpcStatus));
  }

  /** Returns whether a failure is tried again. */
  public boolean retriesFailure(Failure failure) {
    return failures.contains(failure);
  }

  /**
   * Returns how long to wait before a retry: uniform in [0, (2^N - 1) × base), and below the
   * maximum.
   *
   * @param retry N, the number of the retry from 1
   */
  public long backoffNanos(int retry, RandomGenerator random) {
    long factor = (1L << Math.min(retry, 30)) - 1;
    long bound = baseNanos > maxNanos / factor ? maxNanos : baseNanos * factor;
    return bound <= 0 ? 0 : random.nextLong(bound);
  }

  /** Returns the policy as a text for people. */
  @Override
  public String toString() {
    List<String> conditions =
        config.on().stream()
            .map(
                on ->
                    on == Condition.SERVER_ERROR_5XX
                        ? "5xx"
                        : on.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .sorted()
            .toList();
    String perTry =
        perTryTimeoutNanos == 0 ? "" : ", each try " + perTryTimeoutNanos / 1_000_000 + " ms";
    return retries + " more on " + String.join(", ", conditions) + perTry;
  }
}
