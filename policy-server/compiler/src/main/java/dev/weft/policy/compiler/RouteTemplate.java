/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.ResourceKey;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A route as all callers get it, and what depends on the caller. Immutable.
 *
 * @param route the route
 * @param origin what it was made of; null if nobody wrote it
 * @param sourceNamespace the only namespace whose callers get it; empty for all
 * @param sourceLabels what callers that get it have
 * @param destinations where it goes
 */
record RouteTemplate(
    Route route,
    @Nullable ResourceKey origin,
    String sourceNamespace,
    Map<String, String> sourceLabels,
    List<Destination> destinations) {
  RouteTemplate {
    sourceLabels = Map.copyOf(sourceLabels);
    destinations = List.copyOf(destinations);
  }

  static RouteTemplate forAll(
      Route route, @Nullable ResourceKey origin, List<Destination> destinations) {
    return new RouteTemplate(route, origin, "", Map.of(), destinations);
  }

  boolean isFor(Audience audience) {
    return (sourceNamespace.isEmpty() || sourceNamespace.equals(audience.namespace()))
        && audience.labels().entrySet().containsAll(sourceLabels.entrySet());
  }

  /** Returns whether every request of every caller takes it, so that none after it is reached. */
  boolean isCatchAll() {
    RouteMatch match = route.getMatch();
    return match.getPrefix().equals("/")
        && match.getHeadersCount() == 0
        && match.getQueryParametersCount() == 0
        && sourceNamespace.isEmpty()
        && sourceLabels.isEmpty();
  }

  /**
   * A service that a route goes to.
   *
   * @param service the service
   * @param port one of its ports
   * @param subset empty for all of it
   */
  record Destination(Service service, int port, String subset) {}
}
