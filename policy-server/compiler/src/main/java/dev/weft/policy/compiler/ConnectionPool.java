/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A DestinationRule's {@code connectionPool}.
 *
 * @param limits the circuit breaker; without a limit where none is set
 * @param connectTimeout null for the mesh's
 */
record ConnectionPool(Thresholds limits, @Nullable Duration connectTimeout) {
  /** As Istio sets it: Envoy's own defaults are 1024 and 3 retries. */
  static final Thresholds UNLIMITED =
      Thresholds.newBuilder()
          .setMaxConnections(Protos.unlimited())
          .setMaxPendingRequests(Protos.unlimited())
          .setMaxRequests(Protos.unlimited())
          .setMaxRetries(Protos.unlimited())
          .build();

  /**
   * The connections are the library's own: agents count requests, and close no connection. The
   * protocol is the library's too, which is what useClientProtocol asks for.
   */
  private static final List<String> HTTP_NOT_ENFORCED =
      List.of("maxRequestsPerConnection", "idleTimeout", "maxConcurrentStreams");

  private static final List<String> TCP_NOT_ENFORCED =
      List.of("tcpKeepalive", "maxConnectionDuration", "idleTimeout");

  static @Nullable ConnectionPool read(Field field, Report report) {
    if (!field.isPresent()) {
      return null;
    }
    Field tcp = field.get("tcp");
    Field http = field.get("http");
    TCP_NOT_ENFORCED.forEach(name -> report.notEnforced(tcp.get(name)));
    HTTP_NOT_ENFORCED.forEach(name -> report.notEnforced(http.get(name)));
    if (http.get("h2UpgradePolicy").text().equals("UPGRADE")) {
      report.notEnforced(http.get("h2UpgradePolicy"));
    }
    Thresholds.Builder limits = UNLIMITED.toBuilder();
    long connections = limit(tcp.get("maxConnections"), report);
    long pending = limit(http.get("http1MaxPendingRequests"), report);
    long requests = limit(http.get("http2MaxRequests"), report);
    long retries = limit(http.get("maxRetries"), report);
    if (connections > 0) {
      limits.setMaxConnections(Protos.uint32(connections));
    }
    if (pending > 0) {
      limits.setMaxPendingRequests(Protos.uint32(pending));
    }
    if (requests > 0) {
      limits.setMaxRequests(Protos.uint32(requests));
    }
    if (retries > 0) {
      limits.setMaxRetries(Protos.uint32(retries));
    }
    return new ConnectionPool(limits.build(), report.positiveDuration(tcp.get("connectTimeout")));
  }

  /** As in Istio 0 sets no limit. */
  private static long limit(Field field, Report report) {
    return report.number(field, 0, Integer.MAX_VALUE, 0);
  }
}
