/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import java.time.Duration;
import java.util.List;

/** Reads a VirtualService's {@code fault}. */
final class Faults {
  static final String FILTER_NAME = "envoy.filters.http.fault";

  private static final List<String> GRPC_STATUSES =
      List.of(
          "OK",
          "CANCELLED",
          "UNKNOWN",
          "INVALID_ARGUMENT",
          "DEADLINE_EXCEEDED",
          "NOT_FOUND",
          "ALREADY_EXISTS",
          "PERMISSION_DENIED",
          "RESOURCE_EXHAUSTED",
          "FAILED_PRECONDITION",
          "ABORTED",
          "OUT_OF_RANGE",
          "UNIMPLEMENTED",
          "INTERNAL",
          "UNAVAILABLE",
          "DATA_LOSS",
          "UNAUTHENTICATED");

  private Faults() {}

  /** Adds the fault to a route, if there is one. */
  static void apply(Field fault, Route.Builder route, Report report) {
    HTTPFault.Builder made = HTTPFault.newBuilder();
    readDelay(fault.get("delay"), made, report);
    readAbort(fault.get("abort"), made, report);
    if (made.hasDelay() || made.hasAbort()) {
      route.putTypedPerFilterConfig(FILTER_NAME, Protos.any(TypeUrls.FAULT, made.build()));
    }
  }

  private static void readDelay(Field delay, HTTPFault.Builder fault, Report report) {
    if (!delay.isPresent()) {
      return;
    }
    report.notEnforced(delay.get("exponentialDelay"));
    Duration fixed = report.duration(delay.get("fixedDelay"));
    if (fixed == null || fixed.isZero()) {
      if (!delay.get("fixedDelay").isPresent() || fixed != null) {
        report.invalid(delay.get("fixedDelay"), "a duration of more than 0");
      }
      return;
    }
    fault.setDelay(
        FaultDelay.newBuilder()
            .setFixedDelay(Protos.duration(fixed))
            .setPercentage(Protos.percent(share(delay, report))));
  }

  private static void readAbort(Field abort, HTTPFault.Builder fault, Report report) {
    if (!abort.isPresent()) {
      return;
    }
    FaultAbort.Builder made = FaultAbort.newBuilder();
    Field status = abort.get("httpStatus");
    Field grpcStatus = abort.get("grpcStatus");
    if (status.isPresent()) {
      int value = (int) report.number(status, 200, 599, 0);
      if (value == 0) {
        return;
      }
      made.setHttpStatus(value);
    } else if (grpcStatus.isPresent()) {
      int code = GRPC_STATUSES.indexOf(grpcStatus.text());
      if (code < 0) {
        report.invalid(grpcStatus, "a gRPC status such as UNAVAILABLE");
        return;
      }
      made.setGrpcStatus(code);
    } else {
      report.invalid(abort, "httpStatus or grpcStatus");
      return;
    }
    fault.setAbort(made.setPercentage(Protos.percent(share(abort, report))));
  }

  /** As in Istio, no percentage is 0: a fault that was half written hits nobody. */
  private static double share(Field fault, Report report) {
    Field percentage = fault.get("percentage");
    Field deprecated = fault.get("percent");
    if (percentage.isPresent()) {
      return report.percent(percentage.get("value"), 0);
    }
    if (!deprecated.isPresent()) {
      report.warning("NoPercentage", percentage, "not set, which means 0: no request is hit");
    }
    return report.percent(deprecated, 0);
  }
}
