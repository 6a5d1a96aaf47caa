/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.re2j.Pattern;
import dev.weft.protocol.names.ResourceNames;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Applies the filters of an HTTPRoute's rule. */
final class HttpRouteFilters {
  private static final int MAX_PORT = 65_535;

  private final Route.Builder route;
  private final RouteAction.Builder action;
  private final @Nullable String prefix;
  private final Report report;
  private boolean isRedirect;

  /**
   * @param prefix the matched prefix without a slash at its end; null if it is no prefix match
   */
  HttpRouteFilters(
      Route.Builder route, RouteAction.Builder action, @Nullable String prefix, Report report) {
    this.route = route;
    this.action = action;
    this.prefix = prefix;
    this.report = report;
  }

  /** Returns whether the requests are redirected and go nowhere. */
  boolean isRedirect() {
    return isRedirect;
  }

  /** Applies all; returns false if one is not supported, so that requests must fail. */
  boolean apply(Field filters, Function<Field, RouteTemplate.@Nullable Destination> backends) {
    for (Field filter : filters.items()) {
      switch (filter.get("type").text()) {
        case "RequestHeaderModifier", "ResponseHeaderModifier" ->
            headers(filter, report).applyTo(route);
        case "RequestRedirect" -> redirect(filter.get("requestRedirect"));
        case "URLRewrite" -> rewrite(filter.get("urlRewrite"));
        case "RequestMirror" -> mirror(filter.get("requestMirror"), backends);
        case "CORS" -> report.notEnforced(filter);
        default -> {
          report.severe(
              "UnsupportedValue",
              filter.get("type"),
              filter.get("type").node() + " is not supported; requests are answered with 500");
          return false;
        }
      }
    }
    return true;
  }

  /** Reads the filters of a single backend. */
  static HeaderOperations ofBackend(Field filters, Report report) {
    HeaderOperations all = HeaderOperations.NONE;
    for (Field filter : filters.items()) {
      switch (filter.get("type").text()) {
        case "RequestHeaderModifier", "ResponseHeaderModifier" ->
            all = all.and(headers(filter, report));
        default ->
            report.severe(
                "UnsupportedValue",
                filter.get("type"),
                filter.get("type").node()
                    + " is not supported at a backend (expected: RequestHeaderModifier or"
                    + " ResponseHeaderModifier); it is left out");
      }
    }
    return all;
  }

  private static HeaderOperations headers(Field filter, Report report) {
    Field request = filter.get("requestHeaderModifier");
    Field response = filter.get("responseHeaderModifier");
    return new HeaderOperations(
        written(request, true, report),
        HeaderOperations.removed(request.get("remove"), report),
        written(response, false, report),
        HeaderOperations.removed(response.get("remove"), report),
        null);
  }

  private static List<HeaderValueOption> written(Field modifier, boolean isRequest, Report report) {
    List<HeaderValueOption> written = new ArrayList<>();
    for (Field header : modifier.get("set").items()) {
      HeaderOperations.write(
          header.get("name").text(),
          header.get("value"),
          HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
          isRequest,
          written,
          report);
    }
    for (Field header : modifier.get("add").items()) {
      HeaderOperations.write(
          header.get("name").text(),
          header.get("value"),
          HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD,
          isRequest,
          written,
          report);
    }
    return written;
  }

  private void redirect(Field redirect) {
    RedirectAction.Builder made = RedirectAction.newBuilder();
    if (!redirect.get("scheme").text().isEmpty()) {
      made.setSchemeRedirect(redirect.get("scheme").text());
    }
    if (!redirect.get("hostname").text().isEmpty()) {
      made.setHostRedirect(redirect.get("hostname").text());
    }
    int port = (int) report.number(redirect.get("port"), 1, MAX_PORT, 0);
    if (port > 0) {
      made.setPortRedirect(port);
    }
    Field path = redirect.get("path");
    String replacement = prefixReplacement(path);
    if (path.get("type").text().equals("ReplaceFullPath")) {
      made.setPathRedirect(path.get("replaceFullPath").text());
    } else if (replacement != null && replacement.isEmpty()) {
      report.severe(
          "UnsupportedValue",
          path.get("replacePrefixMatch"),
          "a redirect cannot take the prefix away (expected: a path); the path is left as it is");
    } else if (replacement != null) {
      made.setPrefixRewrite(replacement);
    }
    route.setRedirect(
        made.setResponseCode(RouteActions.redirectCode(redirect.get("statusCode"), 302, report)));
    isRedirect = true;
  }

  private void rewrite(Field rewrite) {
    if (!rewrite.get("hostname").text().isEmpty()) {
      action.setHostRewriteLiteral(rewrite.get("hostname").text());
    }
    Field path = rewrite.get("path");
    String replacement = prefixReplacement(path);
    if (path.get("type").text().equals("ReplaceFullPath")) {
      action.setRegexRewrite(RouteActions.wholePath(path.get("replaceFullPath").text()));
    } else if (replacement != null && replacement.isEmpty()) {
      action.setRegexRewrite(
          RegexMatchAndSubstitute.newBuilder()
              .setPattern(Matches.regexMatcher("^" + Pattern.quote(prefix + "") + "/?(.*)"))
              .setSubstitution("/\\1"));
    } else if (replacement != null) {
      action.setPrefixRewrite(replacement);
    }
  }

  /**
   * Returns what the matched prefix is replaced by: empty to take it away; null if it is to stay,
   * or cannot be replaced and that is reported.
   */
  private @Nullable String prefixReplacement(Field path) {
    if (!path.get("type").text().equals("ReplacePrefixMatch")) {
      return null;
    }
    if (prefix == null) {
      report.severe(
          "InvalidValue",
          path.get("type"),
          "ReplacePrefixMatch needs a match of type PathPrefix; the path is left as it is");
      return null;
    }
    String replacement = path.get("replacePrefixMatch").text();
    String trimmed =
        replacement.endsWith("/")
            ? replacement.substring(0, replacement.length() - 1)
            : replacement;
    if (prefix.isEmpty()) {
      return trimmed.isEmpty() ? null : trimmed + "/"; // every path starts with a slash already
    }
    return trimmed;
  }

  private void mirror(Field mirror, Function<Field, RouteTemplate.@Nullable Destination> backends) {
    RouteTemplate.Destination destination = backends.apply(mirror.get("backendRef"));
    Field fraction = mirror.get("fraction");
    double percent = report.percent(mirror.get("percent"), 100);
    if (fraction.isPresent()) {
      long denominator = report.number(fraction.get("denominator"), 1, Integer.MAX_VALUE, 100);
      long numerator = report.number(fraction.get("numerator"), 0, denominator, 0);
      percent = 100.0 * numerator / denominator;
    }
    if (destination != null && percent > 0) {
      action.addRequestMirrorPolicies(
          RequestMirrorPolicy.newBuilder()
              .setCluster(
                  ResourceNames.outboundCluster(
                      destination.port(), "", destination.service().host()))
              .setRuntimeFraction(Routes.always(percent)));
    }
  }
}
