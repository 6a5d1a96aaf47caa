/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.cluster;

import dev.weft.agent.engine.balance.Balancer;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.ClusterConfig.OutlierDetection;
import dev.weft.agent.engine.config.ClusterConfig.RetryBudget;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.engine.endpoint.Endpoint;
import dev.weft.agent.engine.endpoint.EndpointState;
import dev.weft.agent.engine.endpoint.Tried;
import dev.weft.agent.engine.outlier.Ejection;
import dev.weft.agent.engine.outlier.OutlierDetector;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One cluster as it was pushed, with the counts that outlive a push. Thread-safe.
 *
 * <p>Who takes a request or a retry in gives it back exactly once.
 */
public final class Cluster {
  /** Envoy's default; a cluster with outlier detection says its own. */
  private static final int DEFAULT_PANIC_PERCENT = 50;

  /** Envoy's limit where nothing is said. */
  private static final int DEFAULT_MAX_REQUESTS = 1024;

  private final ClusterConfig config;
  private final ClusterState state;
  private final Endpoint[] endpoints;
  private final Balancer balancer;
  private final @Nullable OutlierDetector outliers;
  private final Endpoint unchosen;
  private final boolean isTlsOffered;
  private final int maxRequests;
  private final int maxRequestsOneByOne;

  private Cluster(
      ClusterConfig config,
      @Nullable Cluster previous,
      Function<Destination, @Nullable Object> handles,
      long now) {
    this.config = config;
    state = previous == null ? new ClusterState() : previous.state;
    unchosen = endpoint(config, null, previous == null ? null : previous.unchosen, handles);
    endpoints =
        config.discovery() == Discovery.ORIGINAL_DST
            ? new Endpoint[] {unchosen}
            : endpoints(config, previous, handles);
    isTlsOffered = Arrays.stream(endpoints).anyMatch(endpoint -> endpoint.tls() != null);
    CircuitBreakers breakers = config.circuitBreakers();
    maxRequests = breakers.maxRequests();
    long connections = (long) breakers.maxConnections() + breakers.maxPendingRequests();
    maxRequestsOneByOne = (int) Math.min(maxRequests, connections);
    OutlierDetection detection = config.outlierDetection();
    Ejection[] ejections =
        Arrays.stream(endpoints).map(e -> e.state().ejection()).toArray(Ejection[]::new);
    outliers =
        detection == null || config.discovery() == Discovery.ORIGINAL_DST
            ? null
            : new OutlierDetector(detection, state.ejections, ejections);
    balancer =
        new Balancer(
            config,
            endpoints,
            detection == null ? DEFAULT_PANIC_PERCENT : detection.minHealthPercent(),
            state.ejections,
            state.turns,
            now);
  }

  /**
   * Compiles a cluster.
   *
   * @param previous the cluster of the same name in the last snapshot, whose counts are kept and
   *     which is returned if nothing changed; null if it is new
   * @param handles what the observer attaches to a destination
   * @param now the engine's clock, in nanoseconds
   * @throws IllegalArgumentException if an endpoint's address is no IP address
   */
  public static Cluster compile(
      ClusterConfig config,
      @Nullable Cluster previous,
      Function<Destination, @Nullable Object> handles,
      long now) {
    return previous != null && previous.config.equals(config)
        ? previous
        : new Cluster(config, previous, handles, now);
  }

  private static Endpoint[] endpoints(
      ClusterConfig config,
      @Nullable Cluster previous,
      Function<Destination, @Nullable Object> handles) {
    Map<String, Endpoint> known = new HashMap<>();
    if (previous != null) {
      for (Endpoint endpoint : previous.endpoints) {
        known.put(key(endpoint.destination().endpoint()), endpoint);
      }
    }
    Endpoint[] endpoints = new Endpoint[config.endpoints().size()];
    for (int i = 0; i < endpoints.length; i++) {
      EndpointConfig endpoint = config.endpoints().get(i);
      endpoints[i] = endpoint(config, endpoint, known.get(key(endpoint)), handles);
      known.putIfAbsent(key(endpoint), endpoints[i]);
    }
    return endpoints;
  }

  private static Endpoint endpoint(
      ClusterConfig config,
      @Nullable EndpointConfig endpoint,
      @Nullable Endpoint previous,
      Function<Destination, @Nullable Object> handles) {
    Destination destination =
        new Destination(config.name(), config.service(), config.subset(), endpoint);
    if (previous != null && previous.destination().equals(destination)) {
      return previous;
    }
    EndpointState state = previous == null ? new EndpointState() : previous.state();
    return new Endpoint(destination, handles.apply(destination), state);
  }

  private static String key(@Nullable EndpointConfig endpoint) {
    return endpoint == null ? "" : endpoint.address() + " " + endpoint.port();
  }

  /** Returns what was pushed. */
  public ClusterConfig config() {
    return config;
  }

  /** Returns whether some endpoint takes the mesh's TLS. */
  public boolean isTlsOffered() {
    return isTlsOffered;
  }

  /** Returns the endpoints as they were pushed; for {@code ORIGINAL_DST} one without address. */
  public List<Endpoint> endpoints() {
    return List.of(endpoints);
  }

  /** Returns the destination of a call that found no endpoint here. */
  public Endpoint unchosen() {
    return unchosen;
  }

  /** Returns the number of requests under way. */
  public int activeRequests() {
    return state.requests.get();
  }

  /** Returns the number of retries that wait or are under way. */
  public int activeRetries() {
    return state.retries.get();
  }

  /** Returns whether requests are limited more than Envoy does where nothing is said. */
  public boolean isLimited() {
    return maxRequestsOneByOne < DEFAULT_MAX_REQUESTS;
  }

  /**
   * Takes a request in, or returns false if the circuit breaker is at its limit.
   *
   * @param sharesConnections whether many requests share a connection, as in HTTP/2; if each needs
   *     one of its own, there are no more requests than connections and those that wait for one
   */
  public boolean beginRequest(boolean sharesConnections) {
    return enter(state.requests, sharesConnections ? maxRequests : maxRequestsOneByOne);
  }

  /** Gives a request back. */
  public void endRequest() {
    state.requests.decrementAndGet();
  }

  /** Takes a retry in, or returns false if the circuit breaker is at its limit. */
  public boolean beginRetry() {
    return enter(state.retries, maxRetries());
  }

  private int maxRetries() {
    RetryBudget budget = config.circuitBreakers().retryBudget();
    return budget == null
        ? config.circuitBreakers().maxRetries()
        : Math.max(budget.minConcurrency(), (int) (budget.percent() * state.requests.get() / 100));
  }

  /** Gives a retry back. */
  public void endRetry() {
    state.retries.decrementAndGet();
  }

  /** Returns whether endpoints are chosen by a hash of the request. */
  public boolean needsHash() {
    return config.loadBalancing() == LoadBalancing.RING_HASH
        || config.loadBalancing() == LoadBalancing.MAGLEV;
  }

  /** Returns an endpoint; null if none is healthy. See {@link Balancer#pick}. */
  public @Nullable Endpoint pick(
      long now, RandomGenerator random, long hash, @Nullable Tried tried) {
    return endpoints.length == 1 && config.discovery() == Discovery.ORIGINAL_DST
        ? unchosen
        : balancer.pick(now, random, hash, tried);
  }

  /** Tells outlier detection of a result. See {@link OutlierDetector#report}. */
  public void report(Endpoint endpoint, int status, long now) {
    OutlierDetector detector = outliers;
    if (detector != null) {
      detector.report(endpoint.state().ejection(), status, now);
    }
  }

  private static boolean enter(AtomicInteger count, int max) {
    if (count.incrementAndGet() > max) {
      count.decrementAndGet();
      return false;
    }
    return true;
  }
}
