/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;

/**
 * Envoy's {@code RouteMatch}: all parts must match.
 *
 * @param path on the path without its query
 * @param headers on headers, {@code :method} and {@code :authority} included
 * @param queryParameters on query parameters
 */
public record RouteMatch(
    PathMatch path, List<HeaderMatch> headers, List<QueryParameterMatch> queryParameters) {
  /** Copies the collections. */
  public RouteMatch {
    headers = List.copyOf(headers);
    queryParameters = List.copyOf(queryParameters);
  }

  /**
   * How the path is matched.
   *
   * @param kind the way to compare
   * @param value the path, prefix or RE2 expression (full match)
   * @param caseSensitive whether case counts; Envoy's default is true; no effect on a regex
   */
  public record PathMatch(Kind kind, String value, boolean caseSensitive) {
    /** The ways to compare a path. */
    public enum Kind {
      /** Equal. */
      EXACT,
      /** Starts with. */
      PREFIX,
      /** Equal, or starts with the value and a slash; the value has no slash at its end. */
      PATH_SEPARATED_PREFIX,
      /** RE2 full match. */
      REGEX
    }
  }

  /**
   * Envoy's {@code HeaderMatcher}.
   *
   * @param name lower case, or {@code :method}, {@code :authority}, {@code :path}, {@code :scheme}
   * @param value what its value must be
   * @param invert whether the result is turned round
   * @param treatMissingAsEmpty whether a missing header counts as an empty value; otherwise a
   *     missing header never matches (and with {@code invert} neither, as in Envoy, but for {@link
   *     StringMatch.Present})
   */
  public record HeaderMatch(
      String name, StringMatch value, boolean invert, boolean treatMissingAsEmpty) {}

  /**
   * Envoy's {@code QueryParameterMatcher}.
   *
   * @param name the parameter's name
   * @param value what its first value must be
   */
  public record QueryParameterMatch(String name, StringMatch value) {}
}
