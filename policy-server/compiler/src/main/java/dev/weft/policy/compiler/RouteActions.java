/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.re2j.Pattern;
import dev.weft.policy.model.PolicyResource;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction.RedirectResponseCode;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads what a VirtualService's HTTP route does with a request. */
final class RouteActions {
  private static final int MAX_PORT = 65_535;

  /** Envoy's: the sum is a number of 32 bits. */
  private static final long MAX_TOTAL_WEIGHT = 0xFFFF_FFFFL;

  private static final String KEEP_PREFIX = "%PREFIX()%";

  private final PolicyResource resource;
  private final Destinations destinations;
  private final Report report;

  RouteActions(PolicyResource resource, Destinations destinations, Report report) {
    this.resource = resource;
    this.destinations = destinations;
    this.report = report;
  }

  /**
   * Lets the route send requests on.
   *
   * @param headers the route's own, whose authority is part of the action
   * @return where they go
   */
  List<RouteTemplate.Destination> forward(
      Field http, HeaderOperations headers, int port, Route.Builder route) {
    RouteAction.Builder action = RouteAction.newBuilder();
    List<RouteTemplate.Destination> goesTo = new ArrayList<>();
    if (total(http.get("route")) > MAX_TOTAL_WEIGHT) {
      report.severe(
          "InvalidValue",
          http.get("route"),
          "weights' sum "
              + total(http.get("route"))
              + " (expected: <= "
              + MAX_TOTAL_WEIGHT
              + "); requests are answered with 500");
      Routes.serverError(route);
      return List.of();
    }
    if (!addClusters(http.get("route"), port, action, route, goesTo)) {
      report.severe("NoDestination", http.get("route"), destinationProblem(http));
      Routes.serverError(route);
      return List.of();
    }
    if (headers.authority() != null) {
      action.setHostRewriteLiteral(headers.authority());
    }
    rewrite(http.get("rewrite"), route, action);
    Duration timeout = report.duration(http.get("timeout"));
    action.setTimeout(Protos.duration(timeout == null ? Duration.ZERO : timeout));
    RetryPolicy retries = Retries.read(http.get("retries"), report);
    if (retries != null) {
      action.setRetryPolicy(retries);
    }
    addMirrors(http, port, action);
    route.setRoute(action);
    return goesTo;
  }

  private static long total(Field routes) {
    return routes.items().stream()
        .mapToLong(weighted -> Math.max(0, weighted.get("weight").number(0)))
        .sum();
  }

  private static String destinationProblem(Field http) {
    return http.get("delegate").isPresent()
        ? "delegate is not supported (expected: route); requests are answered with 500"
        : "no destination with a weight above 0 (expected: at least one); requests are answered"
            + " with 500";
  }

  private boolean addClusters(
      Field routes,
      int port,
      RouteAction.Builder action,
      Route.Builder route,
      List<RouteTemplate.Destination> goesTo) {
    List<Field> all = routes.items();
    WeightedCluster.Builder clusters = WeightedCluster.newBuilder();
    for (Field weighted : all) {
      long weight =
          report.number(weighted.get("weight"), 0, Integer.MAX_VALUE, all.size() == 1 ? 1 : 0);
      Destinations.Resolved resolved =
          destinations.resolve(weighted.get("destination"), resource.namespace(), port, report);
      HeaderOperations headers = HeaderOperations.read(weighted.get("headers"), report);
      if (resolved.destination() != null) {
        goesTo.add(resolved.destination());
      }
      if (all.size() == 1) {
        action.setCluster(resolved.cluster());
        headers.applyTo(route);
        if (headers.authority() != null) {
          action.setHostRewriteLiteral(headers.authority());
        }
        return true;
      }
      if (weight > 0) {
        ClusterWeight.Builder cluster =
            ClusterWeight.newBuilder().setName(resolved.cluster()).setWeight(Protos.uint32(weight));
        headers.applyTo(cluster);
        clusters.addClusters(cluster);
      }
    }
    if (clusters.getClustersCount() > 0) {
      action.setWeightedClusters(clusters);
    }
    return clusters.getClustersCount() > 0;
  }

  private void rewrite(Field rewrite, Route.Builder route, RouteAction.Builder action) {
    String uri = rewrite.get("uri").text();
    Field regex = rewrite.get("uriRegexRewrite");
    if (regex.isPresent()) {
      if (report.isRegex(regex.get("match")) && isSubstitution(regex, report)) {
        action.setRegexRewrite(substitute(regex.get("match").text(), regex.get("rewrite").text()));
      }
    } else if (!uri.isEmpty() && route.getMatch().hasSafeRegex()) {
      action.setRegexRewrite(wholePath(uri));
    } else if (!uri.isEmpty()) {
      action.setPrefixRewrite(uri);
    }
    if (!rewrite.get("authority").text().isEmpty()) {
      action.setHostRewriteLiteral(rewrite.get("authority").text());
    }
  }

  /** Returns whether the groups that the rewrite names are there, and reports it if not. */
  private static boolean isSubstitution(Field regex, Report report) {
    int groups = Pattern.compile(regex.get("match").text()).groupCount();
    Field rewrite = regex.get("rewrite");
    String text = rewrite.text();
    for (int i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', i + 2)) {
      char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      boolean isGroup = next >= '0' && next <= '9' && next - '0' <= groups;
      if (!isGroup && next != '\\') {
        report.invalid(rewrite, "at most group " + groups + ", or \\\\ after a backslash");
        return false;
      }
    }
    return true;
  }

  /** Returns the rewrite that puts a path in the place of all of it but the query. */
  static RegexMatchAndSubstitute wholePath(String path) {
    return substitute("/.*", path.replace("\\", "\\\\"));
  }

  private static RegexMatchAndSubstitute substitute(String regex, String substitution) {
    return RegexMatchAndSubstitute.newBuilder()
        .setPattern(Matches.regexMatcher(regex))
        .setSubstitution(substitution)
        .build();
  }

  private void addMirrors(Field http, int port, RouteAction.Builder action) {
    Field single = http.get("mirror");
    if (single.isPresent()) {
      Field share = http.get("mirrorPercentage").get("value");
      addMirror(single, share.isPresent() ? share : http.get("mirrorPercent"), port, action);
    }
    for (Field mirror : http.get("mirrors").items()) {
      addMirror(mirror.get("destination"), mirror.get("percentage").get("value"), port, action);
    }
  }

  private void addMirror(Field destination, Field share, int port, RouteAction.Builder action) {
    double percent = report.percent(share, 100);
    if (percent > 0) {
      String cluster =
          destinations.resolve(destination, resource.namespace(), port, report).cluster();
      action.addRequestMirrorPolicies(
          RequestMirrorPolicy.newBuilder()
              .setCluster(cluster)
              .setRuntimeFraction(Routes.always(percent)));
    }
  }

  /** Reads a redirect. */
  static RedirectAction redirect(Field redirect, int port, Report report) {
    RedirectAction.Builder made = RedirectAction.newBuilder();
    String uri = redirect.get("uri").text();
    if (uri.startsWith(KEEP_PREFIX)) {
      made.setPrefixRewrite(uri.substring(KEEP_PREFIX.length()));
    } else if (!uri.isEmpty()) {
      made.setPathRedirect(uri);
    }
    if (!redirect.get("authority").text().isEmpty()) {
      made.setHostRedirect(redirect.get("authority").text());
    }
    if (!redirect.get("scheme").text().isEmpty()) {
      made.setSchemeRedirect(redirect.get("scheme").text());
    }
    int toPort = (int) report.number(redirect.get("port"), 1, MAX_PORT, 0);
    if (toPort > 0) {
      made.setPortRedirect(toPort);
    } else if (redirect.get("derivePort").text().equals("FROM_REQUEST_PORT")) {
      made.setPortRedirect(port);
    }
    Field code = redirect.get("redirectCode");
    return made.setResponseCode(redirectCode(code, 301, report)).build();
  }

  static RedirectResponseCode redirectCode(Field code, long fallback, Report report) {
    int value = (int) (code.isPresent() ? code.number(0) : fallback);
    return switch (value) {
      case 301 -> RedirectResponseCode.MOVED_PERMANENTLY;
      case 302 -> RedirectResponseCode.FOUND;
      case 303 -> RedirectResponseCode.SEE_OTHER;
      case 307 -> RedirectResponseCode.TEMPORARY_REDIRECT;
      case 308 -> RedirectResponseCode.PERMANENT_REDIRECT;
      default -> {
        report.invalid(code, "301, 302, 303, 307 or 308");
        yield RedirectResponseCode.MOVED_PERMANENTLY;
      }
    };
  }
}
