/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.PolicyResource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import java.util.ArrayList;
import java.util.List;

/** Turns the {@code http} section of a VirtualService into routes. */
final class VirtualServiceRoutes {
  /** The gateway that means "every workload of the mesh". */
  static final String MESH = "mesh";

  private static final int MAX_PORT = 65_535;

  private final PolicyResource resource;
  private final Destinations destinations;
  private final Report report;

  VirtualServiceRoutes(PolicyResource resource, Destinations destinations, Report report) {
    this.resource = resource;
    this.destinations = destinations;
    this.report = report;
  }

  /** Returns the routes for callers of a port, in match order. */
  List<RouteTemplate> compile(int port) {
    List<RouteTemplate> routes = new ArrayList<>();
    for (Field http : Field.spec(resource).get("http").items()) {
      if (!routes.isEmpty() && routes.get(routes.size() - 1).isCatchAll()) {
        report.warning(
            "Unreachable", http, "on port " + port + " a route before it takes every request");
        break;
      }
      addRoutes(http, port, routes);
    }
    return routes;
  }

  private void addRoutes(Field http, int port, List<RouteTemplate> routes) {
    report.notEnforced(http.get("corsPolicy"));
    List<Field> matches = http.get("match").items();
    if (matches.isEmpty()) {
      routes.add(template(http, Field.missing(http.path() + ".match"), Matches.ANY, port));
      return;
    }
    for (Field match : matches) {
      List<String> gateways = match.get("gateways").texts();
      long wantedPort = report.number(match.get("port"), 1, MAX_PORT, 0);
      if ((!gateways.isEmpty() && !gateways.contains(MESH))
          || (wantedPort > 0 && wantedPort != port)) {
        continue;
      }
      RouteMatch read = Matches.read(match, report);
      if (read != null) {
        RouteTemplate template = template(http, match, read, port);
        routes.add(template);
        if (template.isCatchAll()) {
          return;
        }
      }
    }
  }

  private RouteTemplate template(Field http, Field match, RouteMatch read, int port) {
    Route.Builder route =
        Route.newBuilder()
            .setName(name(http, match))
            .setMatch(read)
            .setMetadata(Routes.origin(resource.key()));
    List<RouteTemplate.Destination> goesTo = List.of();
    HeaderOperations headers = HeaderOperations.read(http.get("headers"), report);
    headers.applyTo(route);
    if (http.get("redirect").isPresent()) {
      warnOfUnused(http, "redirect");
      route.setRedirect(RouteActions.redirect(http.get("redirect"), port, report));
    } else if (http.get("directResponse").isPresent()) {
      warnOfUnused(http, "directResponse");
      directResponse(http.get("directResponse"), route);
    } else {
      goesTo = new RouteActions(resource, destinations, report).forward(http, headers, port, route);
    }
    Faults.apply(http.get("fault"), route, report);
    return new RouteTemplate(
        route.build(),
        resource.key(),
        match.get("sourceNamespace").text(),
        match.get("sourceLabels").textMembers(),
        goesTo);
  }

  /** As in Istio these are allowed beside what goes nowhere, and mean nothing. */
  private void warnOfUnused(Field http, String by) {
    for (String name : List.of("timeout", "retries", "mirror", "mirrors")) {
      if (http.get(name).isPresent()) {
        report.warning("NotUsed", http.get(name), "not used with " + by);
      }
    }
  }

  private void directResponse(Field response, Route.Builder route) {
    Field status = response.get("status");
    DirectResponseAction.Builder made =
        DirectResponseAction.newBuilder()
            .setStatus((int) report.number(status, 200, 599, Routes.SERVER_ERROR));
    if (!status.isPresent()) {
      report.invalid(status, "200 to 599");
    }
    Field body = response.get("body");
    String text = body.get("string").text();
    if (body.get("bytes").isPresent()) {
      report.severe("NotSupported", body.get("bytes"), "bodies are texts; use string");
    }
    if (!text.isEmpty()) {
      made.setBody(DataSource.newBuilder().setInlineString(text));
    }
    route.setDirectResponse(made);
  }

  private static String name(Field http, Field match) {
    String ofRoute = http.get("name").text();
    String ofMatch = match.get("name").text();
    return ofRoute.isEmpty() || ofMatch.isEmpty() ? ofRoute + ofMatch : ofRoute + "." + ofMatch;
  }
}
