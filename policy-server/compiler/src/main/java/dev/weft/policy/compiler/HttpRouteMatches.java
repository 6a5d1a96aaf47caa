/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Format;
import dev.weft.policy.model.PolicyResource;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a match of an HTTPRoute into Envoy's words. */
final class HttpRouteMatches {
  private HttpRouteMatches() {}

  /** Returns the match; null if a part of it is bad and reported, so that it can never match. */
  static @Nullable Read read(Field field, Report report) {
    RouteMatch.Builder match = RouteMatch.newBuilder();
    Field path = field.get("path");
    String value = path.get("value").text("/");
    String type = path.get("type").text("PathPrefix");
    String prefix = null;
    if (!type.equals("RegularExpression")
        && path.get("value").isPresent()
        && !report.isOf(Format.GATEWAY_PATH, path.get("value"))) {
      return null;
    }
    switch (type) {
      case "Exact" -> match.setPath(value);
      case "PathPrefix" -> {
        prefix = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        if (prefix.isEmpty()) {
          match.setPrefix("/");
        } else {
          match.setPathSeparatedPrefix(prefix);
        }
      }
      case "RegularExpression" -> {
        if (!report.isRegex(path.get("value"))) {
          return null;
        }
        match.setSafeRegex(Matches.regexMatcher(value));
      }
      default -> {
        report.invalid(path.get("type"), "Exact, PathPrefix or RegularExpression");
        return null;
      }
    }
    boolean isGood = readHeaders(field, match, report) && readParameters(field, match, report);
    return isGood ? new Read(match.build(), prefix) : null;
  }

  private static boolean readHeaders(Field field, RouteMatch.Builder match, Report report) {
    String method = field.get("method").text();
    if (!method.isEmpty()) {
      match.addHeaders(
          HeaderMatcher.newBuilder()
              .setName(":method")
              .setStringMatch(StringMatcher.newBuilder().setExact(method)));
    }
    Set<String> names = new HashSet<>();
    for (Field header : field.get("headers").items()) {
      String name = header.get("name").text().toLowerCase(Locale.ROOT);
      StringMatcher value = string(header, report);
      if (value == null) {
        return false;
      }
      if (names.add(name)) { // as the Gateway API has it, the first of a name counts
        match.addHeaders(HeaderMatcher.newBuilder().setName(name).setStringMatch(value));
      }
    }
    return true;
  }

  private static boolean readParameters(Field field, RouteMatch.Builder match, Report report) {
    Set<String> names = new HashSet<>();
    for (Field parameter : field.get("queryParams").items()) {
      String name = parameter.get("name").text();
      StringMatcher value = string(parameter, report);
      if (value == null) {
        return false;
      }
      if (names.add(name)) {
        match.addQueryParameters(
            QueryParameterMatcher.newBuilder().setName(name).setStringMatch(value));
      }
    }
    return true;
  }

  private static @Nullable StringMatcher string(Field match, Report report) {
    Field value = match.get("value");
    return switch (match.get("type").text("Exact")) {
      case "Exact" -> StringMatcher.newBuilder().setExact(value.text()).build();
      case "RegularExpression" ->
          report.isRegex(value)
              ? StringMatcher.newBuilder().setSafeRegex(Matches.regexMatcher(value.text())).build()
              : null;
      default -> {
        report.invalid(match.get("type"), "Exact or RegularExpression");
        yield null;
      }
    };
  }

  static Precedence precedence(RouteMatch match, PolicyResource resource) {
    boolean hasMethod =
        match.getHeadersList().stream().anyMatch(header -> header.getName().equals(":method"));
    int kind;
    int length;
    switch (match.getPathSpecifierCase()) {
      case PATH -> {
        kind = 0;
        length = match.getPath().length();
      }
      case SAFE_REGEX -> {
        kind = 1;
        length = match.getSafeRegex().getRegex().length();
      }
      case PATH_SEPARATED_PREFIX -> {
        kind = 2;
        length = match.getPathSeparatedPrefix().length();
      }
      default -> {
        kind = 2;
        length = 1;
      }
    }
    return new Precedence(
        kind,
        length,
        hasMethod,
        match.getHeadersCount() - (hasMethod ? 1 : 0),
        match.getQueryParametersCount(),
        Age.of(resource));
  }

  /**
   * A match, and the path prefix that a rewrite replaces.
   *
   * @param prefix without a slash at its end, empty for every path; null if it is no prefix match
   */
  record Read(RouteMatch match, @Nullable String prefix) {}

  /** The Gateway API's order: exact, then regex, then the longest prefix, then the most matched. */
  record Precedence(
      int pathKind, int pathLength, boolean hasMethod, int headers, int parameters, Age age)
      implements Comparable<Precedence> {
    private static final Comparator<Precedence> ORDER =
        Comparator.comparingInt(Precedence::pathKind)
            .thenComparing(Comparator.comparingInt(Precedence::pathLength).reversed())
            .thenComparing(Comparator.comparing(Precedence::hasMethod).reversed())
            .thenComparing(Comparator.comparingInt(Precedence::headers).reversed())
            .thenComparing(Comparator.comparingInt(Precedence::parameters).reversed())
            .thenComparing(Precedence::age);

    @Override
    public int compareTo(Precedence other) {
      return ORDER.compare(this, other);
    }
  }
}
