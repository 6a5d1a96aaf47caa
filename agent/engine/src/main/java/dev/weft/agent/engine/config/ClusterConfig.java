/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's {@code Cluster} together with its endpoints.
 *
 * @param name its resource name
 * @param discovery where its endpoints come from
 * @param endpoints empty until known and for {@link Discovery#ORIGINAL_DST}
 * @param loadBalancing how one is chosen
 * @param connectTimeoutNanos Envoy's default is 5 s
 * @param circuitBreakers its limits
 * @param outlierDetection when an endpoint is ejected; null for never
 * @param service the host name of the service for metrics' labels; empty if unknown
 * @param subset the subset's name; empty if this is the whole service
 * @param isTlsRequired whether nothing may be sent to it in plaintext, whatever its endpoints are
 * @param hashTableSize the least size of the ring, or the size of Maglev's table, a prime; 0 for
 *     Envoy's default
 */
public record ClusterConfig(
    String name,
    Discovery discovery,
    List<EndpointConfig> endpoints,
    LoadBalancing loadBalancing,
    long connectTimeoutNanos,
    CircuitBreakers circuitBreakers,
    @Nullable OutlierDetection outlierDetection,
    String service,
    String subset,
    boolean isTlsRequired,
    int hashTableSize) {
  /** The largest ring that is made: 12 MB of it. Envoy's own bound is eight times that. */
  public static final int MAX_RING_SIZE = 1 << 20;

  /** Makes a cluster whose endpoints say whether they take TLS. */
  public ClusterConfig(
      String name,
      Discovery discovery,
      List<EndpointConfig> endpoints,
      LoadBalancing loadBalancing,
      long connectTimeoutNanos,
      CircuitBreakers circuitBreakers,
      @Nullable OutlierDetection outlierDetection,
      String service,
      String subset) {
    this(
        name,
        discovery,
        endpoints,
        loadBalancing,
        connectTimeoutNanos,
        circuitBreakers,
        outlierDetection,
        service,
        subset,
        false,
        0);
  }

  /** Copies the collections. */
  public ClusterConfig {
    endpoints = List.copyOf(endpoints);
  }

  /** Returns this cluster with other endpoints. */
  public ClusterConfig with(List<EndpointConfig> others) {
    return new ClusterConfig(
        name,
        discovery,
        others,
        loadBalancing,
        connectTimeoutNanos,
        circuitBreakers,
        outlierDetection,
        service,
        subset,
        isTlsRequired,
        hashTableSize);
  }

  /** Where endpoints come from. */
  public enum Discovery {
    /** A list: pushed (EDS), static, or resolved by the agent's own thread (STRICT_DNS). */
    ENDPOINTS,
    /** The application's own DNS: the attempt has no address. */
    ORIGINAL_DST
  }

  /** How an endpoint is chosen. */
  public enum LoadBalancing {
    /** In turn. */
    ROUND_ROBIN,
    /** Power of two choices by active requests; Istio's default. */
    LEAST_REQUEST,
    /** By chance. */
    RANDOM,
    /** Consistent hashing on a ring. */
    RING_HASH,
    /** Consistent hashing by Maglev's table. */
    MAGLEV
  }

  /**
   * Envoy's default-priority circuit breaker thresholds; {@link Integer#MAX_VALUE}: unlimited.
   *
   * @param maxRequests requests under way
   * @param maxPendingRequests requests that wait for a connection; where each request needs a
   *     connection of its own, requests under way are limited to the sum of both
   * @param maxRetries retries under way
   * @param maxConnections connections
   * @param retryBudget what limits retries in place of {@code maxRetries}; null for nothing
   */
  public record CircuitBreakers(
      int maxRequests,
      int maxPendingRequests,
      int maxRetries,
      int maxConnections,
      @Nullable RetryBudget retryBudget) {
    /** Makes limits that do not depend on each other. */
    public CircuitBreakers(
        int maxRequests, int maxPendingRequests, int maxRetries, int maxConnections) {
      this(maxRequests, maxPendingRequests, maxRetries, maxConnections, null);
    }

    /** No limits, as Istio sets them. */
    public static final CircuitBreakers UNLIMITED =
        new CircuitBreakers(
            Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /**
   * Envoy's {@code RetryBudget}: a limit of retries that grows with the requests.
   *
   * @param percent of the requests under way, 0 to 100
   * @param minConcurrency so many retries always may be under way
   */
  public record RetryBudget(double percent, int minConcurrency) {}

  /**
   * Envoy's {@code OutlierDetection}.
   *
   * @param consecutive5xx 5xx in a row that eject, 0 for off; transport failures count as 5xx
   * @param consecutiveGatewayErrors 502, 503, 504 or transport failures in a row, 0 for off
   * @param intervalNanos how often ejections are reviewed
   * @param baseEjectionNanos times the number of ejections
   * @param maxEjectionNanos the longest ejection
   * @param maxEjectionPercent of the cluster's endpoints, 0 to 100; one may always be ejected
   * @param minHealthPercent below it ejection is ignored for balancing, 0 to 100
   */
  public record OutlierDetection(
      int consecutive5xx,
      int consecutiveGatewayErrors,
      long intervalNanos,
      long baseEjectionNanos,
      long maxEjectionNanos,
      int maxEjectionPercent,
      int minHealthPercent) {}
}
