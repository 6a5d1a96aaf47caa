/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch.Kind;
import dev.weft.agent.engine.config.StringMatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a route's match. A condition that cannot be checked makes the resource bad: leaving it out
 * would send requests where they must not go.
 */
final class RouteMatchReader {
  private RouteMatchReader() {}

  static RouteMatch read(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch match, Field field) {
    refuseUnknownConditions(match, field);
    List<HeaderMatch> headers =
        new ArrayList<>(StringMatchReader.headers(match.getHeadersList(), field));
    if (match.hasGrpc()) {
      headers.add(
          new HeaderMatch(
              "content-type", new StringMatch.Prefix("application/grpc", false), false, false));
    }
    return new RouteMatch(
        path(match, field),
        headers,
        StringMatchReader.queryParameters(match.getQueryParametersList(), field));
  }

  private static PathMatch path(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch match, Field field) {
    boolean caseSensitive = XdsDefaults.caseSensitive(match);
    return switch (match.getPathSpecifierCase()) {
      case PREFIX -> new PathMatch(Kind.PREFIX, match.getPrefix(), caseSensitive);
      case PATH -> new PathMatch(Kind.EXACT, match.getPath(), caseSensitive);
      case PATH_SEPARATED_PREFIX ->
          new PathMatch(Kind.PATH_SEPARATED_PREFIX, separatedPrefix(match, field), caseSensitive);
      case SAFE_REGEX ->
          new PathMatch(
              Kind.REGEX,
              StringMatchReader.regex(match.getSafeRegex(), field.at("safe_regex")),
              true);
      case CONNECT_MATCHER -> throw field.at("connect_matcher").unsupported();
      case PATH_MATCH_POLICY -> throw field.at("path_match_policy").unsupported();
      case PATHSPECIFIER_NOT_SET -> throw field.bad("no path", "prefix, path or another");
    };
  }

  private static String separatedPrefix(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch match, Field field) {
    String prefix = match.getPathSeparatedPrefix();
    if (prefix.length() < 2
        || prefix.endsWith("/")
        || prefix.indexOf('?') >= 0
        || prefix.indexOf('#') >= 0) {
      throw field
          .at("path_separated_prefix")
          .bad(prefix, "a path without query that does not end in a slash");
    }
    return prefix;
  }

  private static void refuseUnknownConditions(
      dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch match, Field field) {
    if (match.hasRuntimeFraction()) {
      throw field.at("runtime_fraction").unsupported();
    }
    if (match.hasTlsContext()) {
      throw field.at("tls_context").unsupported();
    }
    if (match.getDynamicMetadataCount() > 0) {
      throw field.at("dynamic_metadata").unsupported();
    }
    if (match.getFilterStateCount() > 0) {
      throw field.at("filter_state").unsupported();
    }
  }
}
