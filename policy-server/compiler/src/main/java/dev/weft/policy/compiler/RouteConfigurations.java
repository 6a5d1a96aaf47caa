/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.ResourceKey;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Makes the route configurations of one audience. */
final class RouteConfigurations {
  private static final int BAD_GATEWAY = 502;

  private final Audience audience;
  private final Services services;
  private final DestinationRules rules;
  private final VirtualServices virtualServices;
  private final HttpRoutes httpRoutes;
  private final MeshSettings settings;
  private final boolean isHashing;

  RouteConfigurations(
      Audience audience,
      Services services,
      DestinationRules rules,
      VirtualServices virtualServices,
      HttpRoutes httpRoutes,
      MeshSettings settings) {
    this.audience = audience;
    this.services = services;
    this.rules = rules;
    this.virtualServices = virtualServices;
    this.httpRoutes = httpRoutes;
    this.settings = settings;
    this.isHashing = rules.haveHashing();
  }

  /** Returns the route configurations by the port that callers name. */
  Map<Integer, CompiledResource> compile() {
    Map<Integer, List<Host>> hosts = new TreeMap<>();
    for (Service service : services.visibleTo(audience.namespace())) {
      for (Service.Port port : service.ports()) {
        if (port.protocol().isHttp()) {
          hosts
              .computeIfAbsent(port.number(), number -> new ArrayList<>())
              .add(new Host(service.host(), routes(service, port.number())));
        }
      }
    }
    virtualServices
        .unknownHosts(services, audience.namespace())
        .forEach(
            (host, compiled) -> {
              List<RouteTemplate> routes = compiled.routes().get(VirtualServices.DEFAULT_PORT);
              if (routes != null && services.covered(host).isEmpty()) {
                hosts
                    .computeIfAbsent(VirtualServices.DEFAULT_PORT, port -> new ArrayList<>())
                    .add(new Host(host, forAudience(routes)));
              }
            });
    Map<Integer, CompiledResource> configurations = new TreeMap<>();
    hosts.forEach((port, ofPort) -> configurations.put(port, configuration(port, ofPort)));
    return configurations;
  }

  private List<RouteTemplate> routes(Service service, int port) {
    VirtualServices.Compiled virtualService =
        virtualServices.find(service.host(), audience.namespace());
    if (virtualService != null) {
      return forAudience(virtualService.routes().getOrDefault(port, List.of()));
    }
    List<RouteTemplate> templates = httpRoutes.find(service, port, audience.namespace());
    if (!templates.isEmpty()) {
      return forAudience(templates);
    }
    Route route = Routes.toCluster(ResourceNames.outboundCluster(port, "", service.host()));
    return forAudience(
        List.of(
            RouteTemplate.forAll(
                route, null, List.of(new RouteTemplate.Destination(service, port, "")))));
  }

  private List<RouteTemplate> forAudience(List<RouteTemplate> templates) {
    return templates.stream().filter(template -> template.isFor(audience)).toList();
  }

  /** Consistent hashing is ordered for a destination, and what to hash by stands in the route. */
  private Route withHashPolicies(RouteTemplate template) {
    Set<HashPolicy> policies = new LinkedHashSet<>();
    for (RouteTemplate.Destination to : template.destinations()) {
      DestinationRules.Rule rule = rules.find(to.service(), audience);
      LoadBalancing balancing =
          rule == null ? null : rule.effective(to.port(), to.subset()).balancing();
      if (balancing != null && balancing.hashPolicy() != null) {
        policies.add(balancing.hashPolicy());
      }
    }
    if (policies.isEmpty() || !template.route().hasRoute()) {
      return template.route();
    }
    Route.Builder route = template.route().toBuilder();
    route.getRouteBuilder().addAllHashPolicy(policies);
    return route.build();
  }

  private CompiledResource configuration(int port, List<Host> hosts) {
    RouteConfiguration.Builder configuration =
        RouteConfiguration.newBuilder()
            .setName(ResourceNames.outboundRoutes(port))
            .setValidateClusters(Protos.bool(false));
    // A full name is its host's alone; a short form goes to the first that has it.
    Set<ResourceKey> origins = new HashSet<>();
    Set<String> taken = new HashSet<>();
    hosts.forEach(host -> taken.add(host.name()));
    for (Host host : hosts) {
      List<String> names = new ArrayList<>(List.of(host.name()));
      services.names().shortForms(host.name(), audience.namespace()).stream()
          .filter(taken::add)
          .forEach(names::add);
      VirtualHost.Builder made =
          VirtualHost.newBuilder().setName(ResourceNames.virtualHost(host.name(), port));
      for (String name : names) {
        made.addDomains(name);
        if (!name.equals("*")) {
          made.addDomains(name + ":" + port);
        }
      }
      for (RouteTemplate template : host.routes()) {
        made.addRoutes(isHashing ? withHashPolicies(template) : template.route());
        if (template.origin() != null) {
          origins.add(template.origin());
        }
      }
      configuration.addVirtualHosts(made);
    }
    if (!taken.contains("*")) {
      configuration.addVirtualHosts(everythingElse());
    }
    return CompiledResource.of(
        TypeUrls.ROUTE_CONFIGURATION, configuration.getName(), configuration.build(), origins);
  }

  private VirtualHost everythingElse() {
    return switch (settings.outboundPolicy()) {
      case ALLOW_ANY ->
          VirtualHost.newBuilder()
              .setName(ResourceNames.ALLOW_ANY)
              .addDomains("*")
              .addRoutes(passthrough())
              .build();
      case REGISTRY_ONLY ->
          VirtualHost.newBuilder()
              .setName(ResourceNames.BLOCK_ALL)
              .addDomains("*")
              .addRoutes(
                  Route.newBuilder()
                      .setName(ResourceNames.BLOCK_ALL)
                      .setMatch(Matches.ANY)
                      .setDirectResponse(DirectResponseAction.newBuilder().setStatus(BAD_GATEWAY)))
              .build();
    };
  }

  private static Route passthrough() {
    Route.Builder route =
        Routes.toCluster(ResourceNames.PASSTHROUGH_CLUSTER).toBuilder()
            .setName(ResourceNames.ALLOW_ANY);
    route.getRouteBuilder().clearRetryPolicy();
    return route.build();
  }

  private record Host(String name, List<RouteTemplate> routes) {}
}
