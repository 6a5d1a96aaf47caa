/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.config.FaultConfig;
import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RouteAction;
import dev.weft.agent.engine.config.RouteAction.Forward;
import dev.weft.agent.engine.config.RouteAction.HashPolicy;
import dev.weft.agent.engine.config.RouteAction.Mirror;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteAction.WeightedCluster;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteMatch;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds a route to the cluster {@code orders} for tests. */
final class Forwards {
  private RouteMatch match = Mesh.prefix("/");
  private String name = "";
  private HeaderMutations routeHeaders = HeaderMutations.NONE;
  private HeaderMutations clusterHeaders = HeaderMutations.NONE;
  private @Nullable String hostRewrite;
  private Rewrite rewrite = Rewrite.NONE;
  private long timeoutNanos;
  private RetryConfig retry = RetryConfig.NONE;
  private List<Mirror> mirrors = List.of();
  private List<HashPolicy> hashPolicies = List.of();
  private @Nullable FaultConfig fault;

  Forwards match(RouteMatch value) {
    match = value;
    return this;
  }

  Forwards name(String value) {
    name = value;
    return this;
  }

  Forwards headers(HeaderMutations route, HeaderMutations cluster) {
    routeHeaders = route;
    clusterHeaders = cluster;
    return this;
  }

  Forwards hostRewrite(String authority) {
    hostRewrite = authority;
    return this;
  }

  Forwards rewrite(Rewrite value) {
    rewrite = value;
    return this;
  }

  Forwards timeout(Duration timeout) {
    timeoutNanos = timeout.toNanos();
    return this;
  }

  Forwards retry(RetryConfig value) {
    retry = value;
    return this;
  }

  Forwards mirrors(Mirror... values) {
    mirrors = List.of(values);
    return this;
  }

  Forwards hash(HashPolicy... values) {
    hashPolicies = List.of(values);
    return this;
  }

  Forwards fault(FaultConfig value) {
    fault = value;
    return this;
  }

  RouteConfig build() {
    RouteAction action =
        new Forward(
            List.of(new WeightedCluster("orders", 1, clusterHeaders, hostRewrite)),
            rewrite,
            timeoutNanos,
            retry,
            mirrors,
            hashPolicies);
    return new RouteConfig(name, match, action, routeHeaders, fault);
  }

  /** Returns a fixture whose host {@code orders} has this route and two endpoints. */
  EngineFixture fixture() {
    return fixture(new Mesh().cluster("orders", 2));
  }

  EngineFixture fixture(Mesh mesh) {
    return new EngineFixture(mesh.host("orders", build()));
  }
}
