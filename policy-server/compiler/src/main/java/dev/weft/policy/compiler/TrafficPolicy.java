/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A DestinationRule's {@code trafficPolicy}, at the top or of a subset. A part that is null is not
 * set. Immutable.
 *
 * @param balancing how an endpoint is chosen
 * @param pool limits
 * @param outlier when an endpoint is ejected
 * @param tls how connections are secured
 * @param retryBudget how many retries may be under way; of the host or a subset, not of a port
 * @param ports what holds for single ports instead of all of this
 */
record TrafficPolicy(
    @Nullable LoadBalancing balancing,
    @Nullable ConnectionPool pool,
    @Nullable Outlier outlier,
    @Nullable ClientTls tls,
    @Nullable RetryBudget retryBudget,
    Map<Integer, TrafficPolicy> ports) {
  static final TrafficPolicy NONE = new TrafficPolicy(null, null, null, null, null, Map.of());

  private static final int MAX_PORT = 65_535;

  TrafficPolicy {
    ports = Map.copyOf(ports);
  }

  static TrafficPolicy read(Field field, Report report) {
    if (!field.isPresent()) {
      return NONE;
    }
    Map<Integer, TrafficPolicy> ports = new HashMap<>();
    for (Field setting : field.get("portLevelSettings").items()) {
      Field number = setting.get("port").get("number");
      int port = (int) report.number(number, 1, MAX_PORT, 0);
      if (port == 0 && !number.isPresent()) {
        report.invalid(number, "a port");
      } else if (port > 0 && ports.putIfAbsent(port, groups(setting, Map.of(), report)) != null) {
        report.invalid(number, "each port once");
      }
    }
    report.notEnforced(field.get("tunnel"));
    Field proxyProtocol = field.get("proxyProtocol");
    if (proxyProtocol.isPresent()) { // an empty one is version 1
      report.severe("NotEnforced", proxyProtocol, "clients do not speak it; remove it");
    }
    return groups(field, ports, report);
  }

  private static TrafficPolicy groups(
      Field field, Map<Integer, TrafficPolicy> ports, Report report) {
    return new TrafficPolicy(
        LoadBalancing.read(field.get("loadBalancer"), report),
        ConnectionPool.read(field.get("connectionPool"), report),
        Outlier.read(field.get("outlierDetection"), report),
        ClientTls.read(field.get("tls"), report),
        RetryBudget.read(field.get("retryBudget"), report),
        ports);
  }

  /** Returns whether endpoints near the caller are preferred. */
  boolean prefersNear() {
    return outlier != null && (balancing == null || balancing.isLocalityAware());
  }

  /** Returns whether endpoints are ejected, at all ports or at one. */
  boolean ejects() {
    return outlier != null || ports.values().stream().anyMatch(TrafficPolicy::ejects);
  }

  /**
   * Returns what holds for one port. Settings of a port replace all the others at their level; what
   * a subset sets replaces the same part of the host's.
   */
  static TrafficPolicy effective(TrafficPolicy ofHost, TrafficPolicy ofSubset, int port) {
    TrafficPolicy host = ofHost.ports.getOrDefault(port, ofHost);
    TrafficPolicy subsetPort = ofSubset.ports.get(port);
    RetryBudget budget = ofSubset.retryBudget != null ? ofSubset.retryBudget : ofHost.retryBudget;
    if (subsetPort != null) {
      return new TrafficPolicy(
          subsetPort.balancing,
          subsetPort.pool,
          subsetPort.outlier,
          subsetPort.tls,
          budget,
          Map.of());
    }
    return new TrafficPolicy(
        ofSubset.balancing != null ? ofSubset.balancing : host.balancing,
        ofSubset.pool != null ? ofSubset.pool : host.pool,
        ofSubset.outlier != null ? ofSubset.outlier : host.outlier,
        ofSubset.tls != null ? ofSubset.tls : host.tls,
        budget,
        Map.of());
  }
}
