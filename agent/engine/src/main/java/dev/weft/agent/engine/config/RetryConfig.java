/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.Set;

/**
 * Envoy's {@code RetryPolicy}, with the conditions taken apart.
 *
 * @param on the conditions
 * @param statuses HTTP statuses that are retried, for {@code retriable-status-codes}
 * @param attempts the number of retries after the first try, 0 or more
 * @param perTryTimeoutNanos 0 for none
 * @param backoffBaseNanos Envoy's default is 25 ms
 * @param backoffMaxNanos Envoy's default is ten times the base
 * @param avoidPreviousHosts whether an endpoint that failed in this call is chosen again only if
 *     there is no other
 */
public record RetryConfig(
    Set<Condition> on,
    Set<Integer> statuses,
    int attempts,
    long perTryTimeoutNanos,
    long backoffBaseNanos,
    long backoffMaxNanos,
    boolean avoidPreviousHosts) {
  /** Never retries. */
  public static final RetryConfig NONE =
      new RetryConfig(Set.of(), Set.of(), 0, 0, 25_000_000, 250_000_000, true);

  /** Copies the collections. */
  public RetryConfig {
    on = Set.copyOf(on);
    statuses = Set.copyOf(statuses);
  }

  /** The retry conditions of Envoy, HTTP and gRPC. */
  public enum Condition {
    /** Any 5xx, or no response at all. */
    SERVER_ERROR_5XX,
    /** 502, 503 or 504, or no response. */
    GATEWAY_ERROR,
    /** No response at all: disconnect, reset, read timeout. */
    RESET,
    /** A reset before the request was sent. */
    RESET_BEFORE_REQUEST,
    /** No connection could be made. */
    CONNECT_FAILURE,
    /** 409. */
    RETRIABLE_4XX,
    /** HTTP/2 REFUSED_STREAM. */
    REFUSED_STREAM,
    /** One of the listed statuses. */
    RETRIABLE_STATUS_CODES,
    /** gRPC status 1. */
    GRPC_CANCELLED,
    /** gRPC status 4. */
    GRPC_DEADLINE_EXCEEDED,
    /** gRPC status 13. */
    GRPC_INTERNAL,
    /** gRPC status 8. */
    GRPC_RESOURCE_EXHAUSTED,
    /** gRPC status 14. */
    GRPC_UNAVAILABLE
  }
}
