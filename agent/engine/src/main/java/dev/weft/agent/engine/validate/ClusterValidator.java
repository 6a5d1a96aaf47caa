/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.validate;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.OutlierDetection;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.endpoint.IpLiteral;
import java.util.List;

/** Finds what is wrong with a cluster. */
public final class ClusterValidator {
  private ClusterValidator() {}

  /** Returns the problems, each naming its field; empty if there are none. */
  public static List<String> problems(ClusterConfig cluster) {
    Problems problems = new Problems();
    problems.check(!cluster.name().isEmpty(), "name", "''", "a name");
    for (int i = 0; i < cluster.endpoints().size(); i++) {
      endpoint(problems, "endpoints[" + i + "]", cluster.endpoints().get(i));
    }
    breakers(problems, cluster.circuitBreakers());
    OutlierDetection outliers = cluster.outlierDetection();
    if (outliers != null) {
      outliers(problems, outliers);
    }
    return problems.all();
  }

  private static void endpoint(Problems problems, String field, EndpointConfig endpoint) {
    boolean isAddress = IpLiteral.parse(endpoint.address()) != null;
    problems.check(isAddress, field + ".address", endpoint.address(), "an IP address");
    int port = endpoint.port();
    problems.check(port > 0 && port < 65_536, field + ".port", port, "1 to 65535");
    problems.check(endpoint.weight() > 0, field + ".weight", endpoint.weight(), ">= 1");
    problems.notNegative(field + ".priority", endpoint.priority());
    problems.notNegative(field + ".locality_weight", endpoint.localityWeight());
  }

  private static void breakers(Problems problems, CircuitBreakers breakers) {
    problems.notNegative("circuit_breakers.max_requests", breakers.maxRequests());
    problems.notNegative("circuit_breakers.max_pending_requests", breakers.maxPendingRequests());
    problems.notNegative("circuit_breakers.max_connections", breakers.maxConnections());
    problems.notNegative("circuit_breakers.max_retries", breakers.maxRetries());
  }

  private static void outliers(Problems problems, OutlierDetection outliers) {
    String field = "outlier_detection.";
    problems.notNegative(field + "consecutive_5xx", outliers.consecutive5xx());
    problems.notNegative(
        field + "consecutive_gateway_failure", outliers.consecutiveGatewayErrors());
    problems.notNegative(field + "interval", outliers.intervalNanos());
    problems.notNegative(field + "base_ejection_time", outliers.baseEjectionNanos());
    problems.notNegative(field + "max_ejection_time", outliers.maxEjectionNanos());
    percent(problems, field + "max_ejection_percent", outliers.maxEjectionPercent());
    percent(problems, field + "min_health_percent", outliers.minHealthPercent());
  }

  private static void percent(Problems problems, String field, int value) {
    problems.check(value >= 0 && value <= 100, field, value, "0 to 100");
  }
}
