/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A DestinationRule's {@code outlierDetection}.
 *
 * @param detection when an endpoint is ejected, in Envoy's words
 * @param minHealthPercent below it ejection is ignored for balancing; Istio's default is 0
 */
record Outlier(OutlierDetection detection, int minHealthPercent) {
  private static final int ALWAYS = 100;
  private static final int MAX_COUNT = Integer.MAX_VALUE;

  static @Nullable Outlier read(Field field, Report report) {
    if (!field.isPresent()) {
      return null;
    }
    OutlierDetection.Builder outlier =
        OutlierDetection.newBuilder().setEnforcingSuccessRate(Protos.uint32(0));
    Field errors = field.get("consecutive5xxErrors");
    Field count = errors.isPresent() ? errors : field.get("consecutiveErrors");
    if (count.isPresent()) {
      long value = report.number(count, 0, MAX_COUNT, 5);
      outlier.setConsecutive5Xx(Protos.uint32(value));
      outlier.setEnforcingConsecutive5Xx(Protos.uint32(value > 0 ? ALWAYS : 0));
    }
    Field gatewayErrors = field.get("consecutiveGatewayErrors");
    if (gatewayErrors.isPresent()) {
      long value = report.number(gatewayErrors, 0, MAX_COUNT, 0);
      outlier.setConsecutiveGatewayFailure(Protos.uint32(value));
      outlier.setEnforcingConsecutiveGatewayFailure(Protos.uint32(value > 0 ? ALWAYS : 0));
    }
    Duration interval = report.positiveDuration(field.get("interval"));
    if (interval != null) {
      outlier.setInterval(Protos.duration(interval));
    }
    Duration baseEjection = report.positiveDuration(field.get("baseEjectionTime"));
    if (baseEjection != null) {
      outlier.setBaseEjectionTime(Protos.duration(baseEjection));
    }
    long percent = report.number(field.get("maxEjectionPercent"), 0, 100, 0);
    if (percent > 0) {
      outlier.setMaxEjectionPercent(Protos.uint32(percent));
    }
    // The number of failures to connect means something only where they are counted apart.
    report.notEnforced(field.get("splitExternalLocalOriginErrors"));
    return new Outlier(
        outlier.build(), (int) report.number(field.get("minHealthPercent"), 0, 100, 0));
  }
}
