/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import java.util.List;
import java.util.Map;

/**
 * What the engine would do with a request and why, for people and tools. Immutable.
 *
 * @param outcome what happens
 * @param listener the name of the port's listener; empty if there is none
 * @param virtualHost the virtual host that lists the host; empty if none does
 * @param domain the domain of it that matched; empty if none did
 * @param route the name of the route that matched; empty if it has none or none matched
 * @param routes the virtual host's routes that were tried, in their order
 * @param reply the answer without a cluster, such as {@code 404 NR}; empty if there is none
 * @param clusters where the request may go; empty if it is not forwarded
 * @param effects what else is done to it: faults, timeouts, retries, rewrites, in plain words
 * @param reasons how it came to this, step by step, in plain words
 */
public record Explanation(
    Outcome outcome,
    String listener,
    String virtualHost,
    String domain,
    String route,
    List<RouteStep> routes,
    String reply,
    List<ClusterShare> clusters,
    List<String> effects,
    List<String> reasons) {
  /** Copies the collections. */
  public Explanation {
    routes = List.copyOf(routes);
    clusters = List.copyOf(clusters);
    effects = List.copyOf(effects);
    reasons = List.copyOf(reasons);
  }

  /** What happens to a request. */
  public enum Outcome {
    /** It goes out as it would without Weft. */
    UNMANAGED,
    /** It goes to an endpoint of one of the clusters. */
    FORWARD,
    /** The mesh answers it. */
    REPLY
  }

  /**
   * One route that was tried.
   *
   * @param index its place in the virtual host, from 0
   * @param name its name; may be empty
   * @param match what it matches, in plain words
   * @param mismatch why the request does not match; empty if it does
   */
  public record RouteStep(int index, String name, String match, String mismatch) {}

  /**
   * One cluster that a request may go to.
   *
   * @param cluster its name
   * @param service the service's host name; empty if unknown
   * @param subset the subset's name; empty if there is none
   * @param percent its share of the requests, 0 to 100
   * @param exists whether there is a cluster of the name; if not, the answer is {@code 503 NC}
   * @param loadBalancing how an endpoint is chosen; {@code ORIGINAL_DST} if the application's own
   *     DNS does
   * @param security how connections to what has no endpoint here are secured, in plain words; empty
   *     if there are endpoints
   * @param endpoints its endpoints; empty for the application's own DNS
   */
  public record ClusterShare(
      String cluster,
      String service,
      String subset,
      double percent,
      boolean exists,
      String loadBalancing,
      String security,
      List<EndpointStatus> endpoints) {
    /** Copies the collections. */
    public ClusterShare {
      endpoints = List.copyOf(endpoints);
    }
  }

  /**
   * One endpoint.
   *
   * @param address its IP address and port
   * @param hostName the workload's name; empty if unknown
   * @param labels the workload's labels
   * @param weight its weight
   * @param priority its priority; 0 comes first
   * @param locality its locality; empty if unknown
   * @param activeRequests how many attempts are under way
   * @param security how connections to it are secured or why they are not, in plain words
   * @param health what the control plane and outlier detection say, in plain words
   */
  public record EndpointStatus(
      String address,
      String hostName,
      Map<String, String> labels,
      int weight,
      int priority,
      String locality,
      int activeRequests,
      String security,
      String health) {
    /** Copies the collections. */
    public EndpointStatus {
      labels = Map.copyOf(labels);
    }
  }
}
