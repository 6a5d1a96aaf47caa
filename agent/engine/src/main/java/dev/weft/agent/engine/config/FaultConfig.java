/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;

/**
 * Envoy's {@code HTTPFault}.
 *
 * @param delayNanos the fixed delay; 0 for none
 * @param delayPerMillion how many of a million requests are delayed, 0 to 1,000,000
 * @param abortHttpStatus the HTTP status to abort with, 200 to 599; 0 for none
 * @param abortGrpcStatus the gRPC status to abort with, 0 to 16; -1 for none
 * @param abortPerMillion how many of a million requests are aborted, 0 to 1,000,000
 * @param headers all must match for the fault to apply
 */
public record FaultConfig(
    long delayNanos,
    int delayPerMillion,
    int abortHttpStatus,
    int abortGrpcStatus,
    int abortPerMillion,
    List<RouteMatch.HeaderMatch> headers) {
  /** Copies the collections. */
  public FaultConfig {
    headers = List.copyOf(headers);
  }
}
