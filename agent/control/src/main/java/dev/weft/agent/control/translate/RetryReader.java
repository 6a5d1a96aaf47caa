/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RetryConfig.Condition;
import dev.weft.protocol.lite.envoy.config.route.v3.RetryPolicy;
import dev.weft.protocol.lite.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a retry policy. */
final class RetryReader {
  private static final String PREVIOUS_HOSTS = "envoy.retry_host_predicates.previous_hosts";
  private static final String PREVIOUS_HOSTS_TYPE =
      "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate";
  private static final Map<String, Condition> CONDITIONS =
      Map.ofEntries(
          Map.entry("5xx", Condition.SERVER_ERROR_5XX),
          Map.entry("gateway-error", Condition.GATEWAY_ERROR),
          Map.entry("reset", Condition.RESET),
          Map.entry("reset-before-request", Condition.RESET_BEFORE_REQUEST),
          Map.entry("connect-failure", Condition.CONNECT_FAILURE),
          Map.entry("retriable-4xx", Condition.RETRIABLE_4XX),
          Map.entry("refused-stream", Condition.REFUSED_STREAM),
          Map.entry("retriable-status-codes", Condition.RETRIABLE_STATUS_CODES),
          Map.entry("cancelled", Condition.GRPC_CANCELLED),
          Map.entry("deadline-exceeded", Condition.GRPC_DEADLINE_EXCEEDED),
          Map.entry("internal", Condition.GRPC_INTERNAL),
          Map.entry("resource-exhausted", Condition.GRPC_RESOURCE_EXHAUSTED),
          Map.entry("unavailable", Condition.GRPC_UNAVAILABLE));

  private RetryReader() {}

  static RetryConfig read(RetryPolicy policy, Field field) {
    long base = XdsDefaults.RETRY_BASE_NANOS;
    long max = base * XdsDefaults.RETRY_MAX_FACTOR;
    if (policy.hasRetryBackOff()) {
      RetryPolicy.RetryBackOff backOff = policy.getRetryBackOff();
      Field backOffField = field.at("retry_back_off");
      base = XdsDefaults.positiveNanos(backOff.getBaseInterval(), backOffField.at("base_interval"));
      max =
          base > Long.MAX_VALUE / XdsDefaults.RETRY_MAX_FACTOR
              ? Long.MAX_VALUE
              : base * XdsDefaults.RETRY_MAX_FACTOR;
      if (backOff.hasMaxInterval()) {
        Field maxField = backOffField.at("max_interval");
        max = XdsDefaults.positiveNanos(backOff.getMaxInterval(), maxField);
        if (max < base) {
          throw maxField.bad(max + "ns", "base_interval or more");
        }
      }
    }
    noteWhatIsIgnored(policy, field);
    return new RetryConfig(
        conditions(policy.getRetryOn(), field.at("retry_on")),
        statuses(policy.getRetriableStatusCodesList(), field),
        (int) Math.min(Integer.MAX_VALUE, XdsDefaults.numRetries(policy)),
        policy.hasPerTryTimeout()
            ? XdsDefaults.nanos(policy.getPerTryTimeout(), field.at("per_try_timeout"))
            : 0,
        base,
        max,
        avoidsPreviousHosts(policy.getRetryHostPredicateList(), field));
  }

  private static Set<Condition> conditions(String retryOn, Field field) {
    Set<Condition> conditions = EnumSet.noneOf(Condition.class);
    for (int start = 0; start < retryOn.length(); ) {
      int comma = retryOn.indexOf(',', start);
      int end = comma < 0 ? retryOn.length() : comma;
      String word = retryOn.substring(start, end).strip();
      start = end + 1;
      Condition condition = CONDITIONS.get(word);
      if (condition != null) {
        conditions.add(condition);
      } else if (!word.isEmpty()) {
        field.ignored(word);
      }
    }
    return conditions;
  }

  private static Set<Integer> statuses(List<Integer> codes, Field parent) {
    Set<Integer> statuses = new LinkedHashSet<>();
    for (int i = 0; i < codes.size(); i++) {
      int code = codes.get(i);
      if (code < 100 || code > 599) {
        throw parent
            .at("retriable_status_codes", i)
            .bad(Integer.toUnsignedString(code), "100 to 599");
      }
      statuses.add(code);
    }
    return statuses;
  }

  private static boolean avoidsPreviousHosts(List<RetryHostPredicate> predicates, Field parent) {
    boolean avoids = false;
    for (int i = 0; i < predicates.size(); i++) {
      RetryHostPredicate predicate = predicates.get(i);
      if (predicate.getName().equals(PREVIOUS_HOSTS)
          || predicate.getTypedConfig().getTypeUrl().equals(PREVIOUS_HOSTS_TYPE)) {
        avoids = true;
      } else {
        parent.at("retry_host_predicate", i).ignored(predicate.getName());
      }
    }
    return avoids;
  }

  private static void noteWhatIsIgnored(RetryPolicy policy, Field field) {
    if (policy.hasPerTryIdleTimeout()) {
      field.at("per_try_idle_timeout").ignored();
    }
    if (policy.hasRetryPriority()) {
      field.at("retry_priority").ignored(policy.getRetryPriority().getName());
    }
    if (policy.getRetriableHeadersCount() > 0) {
      field.at("retriable_headers").ignored();
    }
    if (policy.getRetriableRequestHeadersCount() > 0) {
      field.at("retriable_request_headers").ignored();
    }
    if (policy.hasRateLimitedRetryBackOff()) {
      field.at("rate_limited_retry_back_off").ignored();
    }
  }
}
