/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RouteAction;
import dev.weft.agent.engine.config.RouteAction.Mirror;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.VirtualHostConfig;
import dev.weft.protocol.lite.envoy.config.route.v3.Route;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration;
import dev.weft.protocol.lite.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads route configurations. What a virtual host or the whole configuration says for all its
 * routes is put into each route, as Envoy would apply it: headers from the inside out, everything
 * else by the nearest level that says it.
 */
final class RouteReader {
  private RouteReader() {}

  static dev.weft.agent.engine.config.RouteConfiguration read(
      RouteConfiguration routes, Field field) {
    if (routes.hasVhds()) {
      throw field.at("vhds").unsupported();
    }
    if (routes.getMostSpecificHeaderMutationsWins()) {
      field.at("most_specific_header_mutations_wins").ignored();
    }
    Level level =
        new Level(
            HeaderMutationsReader.read(routes, field),
            FaultReader.read(routes.getTypedPerFilterConfigMap(), field),
            RetryConfig.NONE,
            RouteActionReader.mirrors(routes.getRequestMirrorPoliciesList(), field));
    Set<String> domains = new HashSet<>();
    List<VirtualHostConfig> hosts = new ArrayList<>(routes.getVirtualHostsCount());
    for (int i = 0; i < routes.getVirtualHostsCount(); i++) {
      hosts.add(host(routes.getVirtualHosts(i), level, domains, field.at("virtual_hosts", i)));
    }
    return new dev.weft.agent.engine.config.RouteConfiguration(routes.getName(), hosts);
  }

  private static VirtualHostConfig host(
      VirtualHost host, Level outer, Set<String> domainsSoFar, Field field) {
    if (host.hasMatcher()) {
      throw field.at("matcher").unsupported();
    }
    if (host.getRequireTls() != VirtualHost.TlsRequirementType.NONE) {
      throw field.at("require_tls").unsupported();
    }
    if (host.hasRetryPolicyTypedConfig()) {
      field.at("retry_policy_typed_config").ignored();
    }
    if (host.getRateLimitsCount() > 0) {
      field.at("rate_limits").ignored();
    }
    List<Mirror> mirrors = RouteActionReader.mirrors(host.getRequestMirrorPoliciesList(), field);
    Level level =
        new Level(
            HeaderMutationsReader.inTurn(HeaderMutationsReader.read(host, field), outer.headers()),
            FaultReader.read(host.getTypedPerFilterConfigMap(), field).within(outer.fault()),
            host.hasRetryPolicy()
                ? RetryReader.read(host.getRetryPolicy(), field.at("retry_policy"))
                : outer.retry(),
            mirrors.isEmpty() ? outer.mirrors() : mirrors);
    List<RouteConfig> routes = new ArrayList<>(host.getRoutesCount());
    for (int i = 0; i < host.getRoutesCount(); i++) {
      routes.add(route(host.getRoutes(i), level, field.at("routes", i)));
    }
    return new VirtualHostConfig(
        StringMatchReader.nonEmpty(host.getName(), field.at("name")),
        domains(host, domainsSoFar, field),
        routes);
  }

  private static List<String> domains(VirtualHost host, Set<String> domainsSoFar, Field field) {
    if (host.getDomainsCount() == 0) {
      throw field.at("domains").bad("empty", "at least one domain");
    }
    List<String> domains = new ArrayList<>(host.getDomainsCount());
    for (int i = 0; i < host.getDomainsCount(); i++) {
      String domain = host.getDomains(i).toLowerCase(Locale.ROOT);
      if (domain.isEmpty() || !domainsSoFar.add(domain)) {
        throw field
            .at("domains", i)
            .bad(domain.isEmpty() ? "empty" : domain, "a domain that no virtual host has yet");
      }
      domains.add(domain);
    }
    return domains;
  }

  private static RouteConfig route(Route route, Level level, Field field) {
    return new RouteConfig(
        route.getName(),
        RouteMatchReader.read(route.getMatch(), field.at("match")),
        action(route, level, field),
        HeaderMutationsReader.inTurn(HeaderMutationsReader.read(route, field), level.headers()),
        FaultReader.read(route.getTypedPerFilterConfigMap(), field).within(level.fault()).fault());
  }

  private static RouteAction action(Route route, Level level, Field field) {
    return switch (route.getActionCase()) {
      case ROUTE ->
          RouteActionReader.forward(
              route.getRoute(), level.retry(), level.mirrors(), field.at("route"));
      case REDIRECT -> RouteActionReader.redirect(route.getRedirect(), field.at("redirect"));
      case DIRECT_RESPONSE ->
          RouteActionReader.directResponse(route.getDirectResponse(), field.at("direct_response"));
      case FILTER_ACTION -> throw field.at("filter_action").unsupported();
      case NON_FORWARDING_ACTION -> throw field.at("non_forwarding_action").unsupported();
      case ACTION_NOT_SET -> throw field.bad("no action", "route, redirect or direct_response");
    };
  }

  /** What the levels around a route say. */
  private record Level(
      HeaderMutations headers,
      FaultReader.Setting fault,
      RetryConfig retry,
      List<Mirror> mirrors) {}
}
