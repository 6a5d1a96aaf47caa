/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.PolicyResource;
import dev.weft.protocol.names.ResourceNames;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the rules of an HTTPRoute into routes. */
final class HttpRouteRules {
  private static final int MAX_PORT = 65_535;
  private static final int MAX_WEIGHT = 1_000_000;

  private final PolicyResource resource;
  private final Services services;
  private final Report report;

  HttpRouteRules(PolicyResource resource, Services services, Report report) {
    this.resource = resource;
    this.services = services;
    this.report = report;
  }

  /** Returns a route for each match of each rule, with what orders them. */
  List<Compiled> compile() {
    List<Compiled> compiled = new ArrayList<>();
    for (Field rule : Field.spec(resource).get("rules").items()) {
      report.notEnforced(rule.get("sessionPersistence"));
      List<Field> matches = rule.get("matches").items();
      if (matches.isEmpty()) {
        matches = List.of(Field.missing(rule.path() + ".matches"));
      }
      for (Field match : matches) {
        HttpRouteMatches.Read read = HttpRouteMatches.read(match, report);
        if (read != null) {
          compiled.add(
              new Compiled(
                  HttpRouteMatches.precedence(read.match(), resource), template(rule, read)));
        }
      }
    }
    return compiled;
  }

  private RouteTemplate template(Field rule, HttpRouteMatches.Read match) {
    Route.Builder route =
        Route.newBuilder()
            .setName(rule.get("name").text())
            .setMatch(match.match())
            .setMetadata(Routes.origin(resource.key()));
    RouteAction.Builder action = RouteAction.newBuilder();
    HttpRouteFilters filters = new HttpRouteFilters(route, action, match.prefix(), report);
    if (!filters.apply(rule.get("filters"), this::backend)) {
      Routes.serverError(route);
      return RouteTemplate.forAll(route.build(), resource.key(), List.of());
    }
    if (filters.isRedirect()) {
      return RouteTemplate.forAll(route.build(), resource.key(), List.of());
    }
    List<RouteTemplate.Destination> goesTo = new ArrayList<>();
    if (addBackends(rule.get("backendRefs"), action, goesTo)) {
      addTimeouts(rule, action);
      route.setRoute(action);
    } else {
      Routes.serverError(route);
    }
    return RouteTemplate.forAll(route.build(), resource.key(), goesTo);
  }

  private void addTimeouts(Field rule, RouteAction.Builder action) {
    Duration request = report.duration(rule.get("timeouts").get("request"));
    action.setTimeout(Protos.duration(request == null ? Duration.ZERO : request));
    RetryPolicy.Builder retries = Retries.readHttpRoute(rule.get("retry"), report).toBuilder();
    Duration perTry = report.duration(rule.get("timeouts").get("backendRequest"));
    if (perTry != null && !perTry.isZero()) {
      retries.setPerTryTimeout(Protos.duration(perTry));
    }
    action.setRetryPolicy(retries);
  }

  /** Adds what requests go to; returns false if all of it is missing, or has no weight. */
  private boolean addBackends(
      Field backends, RouteAction.Builder action, List<RouteTemplate.Destination> goesTo) {
    List<Field> all = backends.items();
    if (all.isEmpty()) {
      report.severe("NoDestination", backends, "none; requests are answered with 500");
    }
    WeightedCluster.Builder clusters = WeightedCluster.newBuilder();
    boolean isAnyThere = false;
    for (Field backend : all) {
      long weight = report.number(backend.get("weight"), 0, MAX_WEIGHT, 1);
      RouteTemplate.Destination destination = backend(backend);
      String cluster = "missing:" + backend.path();
      if (destination != null) {
        goesTo.add(destination);
        cluster =
            ResourceNames.outboundCluster(
                destination.port(), destination.subset(), destination.service().host());
      }
      if (weight > 0) {
        isAnyThere |= destination != null;
        ClusterWeight.Builder made =
            ClusterWeight.newBuilder().setName(cluster).setWeight(Protos.uint32(weight));
        HttpRouteFilters.ofBackend(backend.get("filters"), report).applyTo(made);
        clusters.addClusters(made);
      }
    }
    if (isAnyThere) {
      action
          .setWeightedClusters(clusters)
          .setClusterNotFoundResponseCode(ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR);
    }
    return isAnyThere;
  }

  /** Returns what a backendRef names, or null if it is missing and reported. */
  private RouteTemplate.@Nullable Destination backend(Field backend) {
    String group = backend.get("group").text();
    String kind = backend.get("kind").text("Service");
    String name = backend.get("name").text();
    String namespace = backend.get("namespace").text(resource.namespace());
    String host;
    if (group.isEmpty() && kind.equals("Service")) {
      host = services.names().ofService(name, namespace);
    } else if (group.equals("networking.istio.io") && kind.equals("Hostname")) {
      host = services.resolve(name, namespace);
    } else {
      report.severe(
          "InvalidKind",
          backend,
          kind
              + " of group \""
              + group
              + "\" (expected: Service of group \"\", or Hostname of group networking.istio.io);"
              + " requests to it fail");
      return null;
    }
    Service service = services.find(host, resource.namespace());
    int port = (int) report.number(backend.get("port"), 1, MAX_PORT, 0);
    if (service == null) {
      report.severe(
          "BackendNotFound",
          backend,
          host
              + " is no service that agents announce or a ServiceEntry declares; requests to it"
              + " fail");
      return null;
    }
    if (service.port(port) == null) {
      report.severe(
          "BackendNotFound",
          backend.get("port"),
          host
              + " has no port "
              + (port == 0 ? "that is not named" : port)
              + " (expected: "
              + service.ports().stream().map(Service.Port::number).toList()
              + "); requests to it fail");
      return null;
    }
    return new RouteTemplate.Destination(service, port, "");
  }

  /** A route and what orders it among those of the same parent. */
  record Compiled(HttpRouteMatches.Precedence precedence, RouteTemplate template) {}
}
