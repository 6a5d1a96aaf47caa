/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Format;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** When a request is sent again. */
final class Retries {
  private static final String DEFAULT_ON = "connect-failure,refused-stream,unavailable,cancelled";
  private static final int DEFAULT_ATTEMPTS = 2;
  private static final int RESELECTS = 5;
  private static final String STATUS_CODES = "retriable-status-codes";

  /** The agents' own limit. */
  private static final int MAX_ATTEMPTS = 1000;

  /** Envoy's words for what agents do not know: HTTP/3, rate limits, headers of the response. */
  private static final Set<String> NOT_ENFORCED =
      Set.of("retriable-headers", "envoy-ratelimited", "http3-post-connect-failure");

  private static final RetryHostPredicate PREVIOUS_HOSTS =
      RetryHostPredicate.newBuilder()
          .setName("envoy.retry_host_predicates.previous_hosts")
          .setTypedConfig(
              Protos.any(
                  "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
                  PreviousHostsPredicate.getDefaultInstance()))
          .build();

  /** What holds where nothing is said: Istio's default, which sends no POST twice silently. */
  static final RetryPolicy DEFAULT =
      avoidingPreviousHosts(
              RetryPolicy.newBuilder()
                  .setRetryOn(DEFAULT_ON)
                  .setNumRetries(Protos.uint32(DEFAULT_ATTEMPTS)))
          .build();

  private Retries() {}

  /** Reads a VirtualService's {@code retries}; null if there are to be none. */
  static @Nullable RetryPolicy read(Field retries, Report report) {
    if (!retries.isPresent()) {
      return DEFAULT;
    }
    Field attempts = retries.get("attempts");
    long count =
        report.number(attempts, 0, MAX_ATTEMPTS, attempts.isPresent() ? DEFAULT_ATTEMPTS : 0);
    if (count == 0) {
      if (!attempts.isPresent() && !retries.node().isEmpty()) {
        report.warning("NoAttempts", attempts, "not set, which means 0: nothing is retried");
      }
      return null;
    }
    RetryPolicy.Builder policy = RetryPolicy.newBuilder().setNumRetries(Protos.uint32(count));
    readConditions(retries.get("retryOn"), policy, report);
    Duration perTry = report.duration(retries.get("perTryTimeout"));
    if (perTry != null) {
      policy.setPerTryTimeout(Protos.duration(perTry));
    }
    Duration backoff = report.duration(retries.get("backoff"));
    if (backoff != null && !backoff.isZero()) {
      policy.setRetryBackOff(RetryBackOff.newBuilder().setBaseInterval(Protos.duration(backoff)));
    }
    report.notEnforced(retries.get("retryRemoteLocalities"));
    if (retries.get("retryIgnorePreviousHosts").bool(true)) {
      avoidingPreviousHosts(policy);
    }
    return policy.build();
  }

  /** Reads the {@code retry} of an HTTPRoute's rule. */
  static RetryPolicy readHttpRoute(Field retry, Report report) {
    if (!retry.isPresent()) {
      return DEFAULT;
    }
    RetryPolicy.Builder policy = DEFAULT.toBuilder();
    for (Field code : retry.get("codes").items()) {
      int status = (int) report.number(code, 400, 599, 0);
      if (status > 0) {
        policy.addRetriableStatusCodes(status);
      }
    }
    if (policy.getRetriableStatusCodesCount() > 0) {
      policy.setRetryOn(DEFAULT_ON + "," + STATUS_CODES);
    }
    policy.setNumRetries(
        Protos.uint32(report.number(retry.get("attempts"), 0, MAX_ATTEMPTS, DEFAULT_ATTEMPTS)));
    Duration backoff = report.duration(retry.get("backoff"));
    if (backoff != null && !backoff.isZero()) {
      policy.setRetryBackOff(RetryBackOff.newBuilder().setBaseInterval(Protos.duration(backoff)));
    }
    return policy.build();
  }

  private static void readConditions(Field on, RetryPolicy.Builder policy, Report report) {
    if (on.text().isEmpty()) {
      policy.setRetryOn(DEFAULT_ON);
      return;
    }
    List<String> conditions = new ArrayList<>();
    for (String part : on.text().split(",", -1)) {
      String condition = part.strip();
      if (condition.isEmpty()) {
        continue;
      }
      boolean isKnown = Format.RETRY_ON.accepts(condition);
      if (isKnown && status(condition) > 0) {
        policy.addRetriableStatusCodes(status(condition));
      } else if (NOT_ENFORCED.contains(condition)) {
        report.severe("NotEnforced", on, condition + ": not enforced by clients; it is left out");
      } else if (isKnown) {
        conditions.add(condition);
      } else {
        report.severe(
            "InvalidValue",
            on,
            "\""
                + condition
                + "\" (expected: a retry condition of Envoy's, or a status from 100 to 599); it is"
                + " left out");
      }
    }
    if (policy.getRetriableStatusCodesCount() > 0 && !conditions.contains(STATUS_CODES)) {
      conditions.add(STATUS_CODES);
    }
    policy.setRetryOn(String.join(",", conditions));
  }

  private static int status(String text) {
    boolean isStatus = text.length() == 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return isStatus ? Integer.parseInt(text) : 0;
  }

  private static RetryPolicy.Builder avoidingPreviousHosts(RetryPolicy.Builder policy) {
    return policy.addRetryHostPredicate(PREVIOUS_HOSTS).setHostSelectionRetryMaxAttempts(RESELECTS);
  }
}
