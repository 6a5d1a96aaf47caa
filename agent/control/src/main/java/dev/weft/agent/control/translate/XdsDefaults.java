/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.RetryBudget;
import dev.weft.protocol.lite.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster;
import dev.weft.protocol.lite.envoy.config.cluster.v3.OutlierDetection;
import dev.weft.protocol.lite.envoy.config.core.v3.CidrRange;
import dev.weft.protocol.lite.envoy.config.core.v3.HeaderValueOption;
import dev.weft.protocol.lite.envoy.config.core.v3.RuntimeFractionalPercent;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.ClusterLoadAssignment;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.LbEndpoint;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.LocalityLbEndpoints;
import dev.weft.protocol.lite.envoy.config.listener.v3.FilterChainMatch;
import dev.weft.protocol.lite.envoy.config.listener.v3.Listener;
import dev.weft.protocol.lite.envoy.config.route.v3.RetryPolicy;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteAction;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch;
import dev.weft.protocol.lite.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import dev.weft.protocol.lite.envoy.type.v3.FractionalPercent;
import dev.weft.protocol.lite.protobuf.Duration;
import dev.weft.protocol.lite.protobuf.UInt32Value;
import java.math.BigInteger;

/**
 * The only place where wrapper messages are read: an unset one has the default of the proto's
 * comment, which is not always false or 0.
 */
final class XdsDefaults {
  static final long ROUTE_TIMEOUT_NANOS = seconds(15);
  static final long CONNECT_TIMEOUT_NANOS = seconds(5);
  static final long RETRY_BASE_NANOS = 25_000_000;
  static final long RETRY_MAX_FACTOR = 10;
  static final long OUTLIER_INTERVAL_NANOS = seconds(10);
  static final long OUTLIER_BASE_EJECTION_NANOS = seconds(30);
  static final long OUTLIER_MAX_EJECTION_NANOS = seconds(300);
  static final long KEYS_LIFE_NANOS = seconds(600);
  static final int PANIC_THRESHOLD_PERCENT = 50;
  private static final long MAX_RING_SIZE = 8 * 1024 * 1024;
  private static final long MAX_MAGLEV_SIZE = 5_000_011;
  private static final int PRIME_CERTAINTY = 40;
  private static final long MAX_SECONDS = 315_576_000_000L;

  private XdsDefaults() {}

  static boolean caseSensitive(RouteMatch match) {
    return !match.hasCaseSensitive() || match.getCaseSensitive().getValue();
  }

  static boolean useOriginalDestination(Listener listener) {
    return listener.hasUseOriginalDst() && listener.getUseOriginalDst().getValue();
  }

  /** 0 if any port matches. */
  static int destinationPort(FilterChainMatch match) {
    return match.hasDestinationPort() ? match.getDestinationPort().getValue() : 0;
  }

  static boolean requireClientCertificate(DownstreamTlsContext context) {
    return context.hasRequireClientCertificate()
        && context.getRequireClientCertificate().getValue();
  }

  static int prefixLength(CidrRange range) {
    return range.hasPrefixLen() ? range.getPrefixLen().getValue() : 0;
  }

  static boolean autoHostRewrite(RouteAction action) {
    return action.hasAutoHostRewrite() && action.getAutoHostRewrite().getValue();
  }

  /** The deprecated {@code append}: true if unset; {@code append_action} is read if it is unset. */
  @SuppressWarnings("deprecation")
  static boolean append(HeaderValueOption option) {
    return !option.hasAppend() || option.getAppend().getValue();
  }

  static long numRetries(RetryPolicy policy) {
    return policy.hasNumRetries() ? unsigned(policy.getNumRetries()) : 1;
  }

  /** Envoy requires the weight of a weighted cluster. */
  static long weight(ClusterWeight cluster, Field field) {
    if (!cluster.hasWeight()) {
      throw field.at("weight").bad("unset", "a weight");
    }
    return unsigned(cluster.getWeight());
  }

  static int weight(LbEndpoint endpoint, Field field) {
    if (!endpoint.hasLoadBalancingWeight()) {
      return 1;
    }
    return positive(endpoint.getLoadBalancingWeight(), field.at("load_balancing_weight"));
  }

  /** The locality's weight, 0 if it has none. */
  static int weight(LocalityLbEndpoints locality, Field field) {
    if (!locality.hasLoadBalancingWeight()) {
      return 0;
    }
    return positive(locality.getLoadBalancingWeight(), field.at("load_balancing_weight"));
  }

  static boolean hasUsualOverprovisioning(ClusterLoadAssignment.Policy policy) {
    return !policy.hasOverprovisioningFactor()
        || policy.getOverprovisioningFactor().getValue() == 140;
  }

  static int maxConnections(Thresholds thresholds) {
    return thresholds.hasMaxConnections() ? limit(thresholds.getMaxConnections()) : 1024;
  }

  static int maxPendingRequests(Thresholds thresholds) {
    return thresholds.hasMaxPendingRequests() ? limit(thresholds.getMaxPendingRequests()) : 1024;
  }

  static int maxRequests(Thresholds thresholds) {
    return thresholds.hasMaxRequests() ? limit(thresholds.getMaxRequests()) : 1024;
  }

  static int maxRetries(Thresholds thresholds) {
    return thresholds.hasMaxRetries() ? limit(thresholds.getMaxRetries()) : 3;
  }

  static RetryBudget retryBudget(Thresholds.RetryBudget budget, Field field) {
    double percent = budget.hasBudgetPercent() ? budget.getBudgetPercent().getValue() : 20;
    if (!(percent >= 0 && percent <= 100)) {
      throw field.at("budget_percent").bad(percent, "0 to 100");
    }
    return new RetryBudget(
        percent, budget.hasMinRetryConcurrency() ? limit(budget.getMinRetryConcurrency()) : 3);
  }

  /** 0 if it is not said. */
  static int ringSize(Cluster.RingHashLbConfig ring, Field field) {
    if (ring.getHashFunction() != Cluster.RingHashLbConfig.HashFunction.XX_HASH) {
      field.at("hash_function").ignored(ring.getHashFunction());
    }
    if (ring.hasMaximumRingSize()) {
      field.at("maximum_ring_size").ignored();
    }
    long size = ring.hasMinimumRingSize() ? ring.getMinimumRingSize().getValue() : 0;
    Field sizeField = field.at("minimum_ring_size");
    if (size < 0 || size > MAX_RING_SIZE) {
      throw sizeField.bad(Long.toUnsignedString(size), "0 to " + MAX_RING_SIZE);
    }
    if (size > ClusterConfig.MAX_RING_SIZE) {
      sizeField.ignored(size + " above " + ClusterConfig.MAX_RING_SIZE);
    }
    return (int) Math.min(size, ClusterConfig.MAX_RING_SIZE);
  }

  /** 0 if it is not said. */
  static int maglevSize(Cluster.MaglevLbConfig maglev, Field field) {
    if (!maglev.hasTableSize()) {
      return 0;
    }
    long size = maglev.getTableSize().getValue();
    boolean isGood =
        size > 1
            && size <= MAX_MAGLEV_SIZE
            && BigInteger.valueOf(size).isProbablePrime(PRIME_CERTAINTY);
    if (!isGood) {
      throw field
          .at("table_size")
          .bad(Long.toUnsignedString(size), "a prime up to " + MAX_MAGLEV_SIZE);
    }
    return (int) size;
  }

  /** 0 if it is not enforced. */
  static int consecutive5xx(OutlierDetection outlier, Field field) {
    int enforced =
        outlier.hasEnforcingConsecutive5Xx()
            ? percent(outlier.getEnforcingConsecutive5Xx(), field.at("enforcing_consecutive_5xx"))
            : 100;
    if (enforced > 0 && enforced < 100) {
      field.at("enforcing_consecutive_5xx").ignored(enforced);
    }
    int threshold = outlier.hasConsecutive5Xx() ? limit(outlier.getConsecutive5Xx()) : 5;
    return enforced == 0 ? 0 : threshold;
  }

  /** 0 if it is not enforced, which is the default. */
  static int consecutiveGatewayErrors(OutlierDetection outlier, Field field) {
    Field enforcing = field.at("enforcing_consecutive_gateway_failure");
    int enforced =
        outlier.hasEnforcingConsecutiveGatewayFailure()
            ? percent(outlier.getEnforcingConsecutiveGatewayFailure(), enforcing)
            : 0;
    if (enforced > 0 && enforced < 100) {
      enforcing.ignored(enforced);
    }
    int threshold =
        outlier.hasConsecutiveGatewayFailure() ? limit(outlier.getConsecutiveGatewayFailure()) : 5;
    return enforced == 0 ? 0 : threshold;
  }

  static int maxEjectionPercent(OutlierDetection outlier, Field field) {
    return outlier.hasMaxEjectionPercent()
        ? percent(outlier.getMaxEjectionPercent(), field.at("max_ejection_percent"))
        : 10;
  }

  /** Whether ejection by statistics is asked for outright; its default is not counted as that. */
  static boolean asksForStatistics(OutlierDetection outlier) {
    return (outlier.hasEnforcingSuccessRate() && outlier.getEnforcingSuccessRate().getValue() != 0)
        || (outlier.hasEnforcingFailurePercentage()
            && outlier.getEnforcingFailurePercentage().getValue() != 0);
  }

  /** A runtime fraction; its key is not looked up. */
  static int perMillion(RuntimeFractionalPercent fraction, Field field) {
    return perMillion(fraction.getDefaultValue(), field.at("default_value"));
  }

  /** How many of a million; more than all counts as all. */
  static int perMillion(FractionalPercent percent, Field field) {
    long factor =
        switch (percent.getDenominator()) {
          case HUNDRED -> 10_000;
          case TEN_THOUSAND -> 100;
          case MILLION -> 1;
          case UNRECOGNIZED ->
              throw field
                  .at("denominator")
                  .bad(percent.getDenominatorValue(), "HUNDRED, TEN_THOUSAND or MILLION");
        };
    long numerator = Integer.toUnsignedLong(percent.getNumerator());
    return (int) Math.min(1_000_000, numerator * factor);
  }

  /** Nanoseconds, 0 or more. */
  static long nanos(Duration duration, Field field) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNanos();
    if (seconds < 0 || nanos < 0 || seconds > MAX_SECONDS || nanos > 999_999_999) {
      throw field.bad(text(duration), "a duration of 0 or more");
    }
    long limit = Long.MAX_VALUE / 1_000_000_000L;
    return seconds >= limit ? Long.MAX_VALUE : seconds * 1_000_000_000L + nanos;
  }

  /** Nanoseconds, more than 0. */
  static long positiveNanos(Duration duration, Field field) {
    long nanos = nanos(duration, field);
    if (nanos == 0) {
      throw field.bad("0s", "more than 0");
    }
    return nanos;
  }

  private static String text(Duration duration) {
    return duration.getSeconds() + "s " + duration.getNanos() + "ns";
  }

  private static int percent(UInt32Value value, Field field) {
    long percent = unsigned(value);
    if (percent > 100) {
      throw field.bad(percent, "0 to 100");
    }
    return (int) percent;
  }

  private static int positive(UInt32Value value, Field field) {
    long number = unsigned(value);
    if (number == 0) {
      throw field.bad(number, "1 or more");
    }
    return limit(value);
  }

  private static int limit(UInt32Value value) {
    return (int) Math.min(Integer.MAX_VALUE, unsigned(value));
  }

  private static long unsigned(UInt32Value value) {
    return Integer.toUnsignedLong(value.getValue());
  }

  private static long seconds(long seconds) {
    return seconds * 1_000_000_000L;
  }
}
