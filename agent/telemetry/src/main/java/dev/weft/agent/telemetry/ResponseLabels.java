/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.telemetry;

import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The labels of one destination, by how a call to it ended. An ordinary HTTP answer finds its
 * labels in an array, without allocating. Thread-safe.
 */
final class ResponseLabels {
  private static final int STATUSES = 600;

  private final Attributes base;
  private final AtomicReferenceArray<Attributes> plain = new AtomicReferenceArray<>(STATUSES);
  private final ConcurrentMap<Outcome, Attributes> others = new ConcurrentHashMap<>();

  ResponseLabels(Attributes base) {
    this.base = base;
  }

  /**
   * Returns the labels.
   *
   * @param status the HTTP status, 0 for none
   * @param grpcStatus the gRPC status, -1 for none
   * @param flags Envoy's response flags, empty for none
   */
  Attributes of(int status, int grpcStatus, String flags, boolean isGrpc) {
    if (isGrpc || !flags.isEmpty() || status < 0 || status >= STATUSES) {
      return others.computeIfAbsent(new Outcome(status, grpcStatus, flags, isGrpc), this::build);
    }
    Attributes known = plain.get(status);
    if (known == null) {
      known = build(new Outcome(status, -1, "", false));
      plain.set(status, known);
    }
    return known;
  }

  private Attributes build(Outcome outcome) {
    return base.toBuilder()
        .put(Labels.PROTOCOL, outcome.isGrpc ? "grpc" : "http")
        .put(Labels.RESPONSE_CODE, Integer.toString(outcome.status))
        .put(Labels.GRPC_STATUS, outcome.grpcStatus < 0 ? "" : Integer.toString(outcome.grpcStatus))
        .put(Labels.FLAGS, outcome.flags.isEmpty() ? "-" : outcome.flags)
        .build();
  }

  private record Outcome(int status, int grpcStatus, String flags, boolean isGrpc) {}
}
