/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.match;

import dev.weft.agent.engine.config.RouteMatch.PathMatch;

/** Matches the path without its query. Immutable. */
public final class PathMatcher {
  private final PathMatch.Kind kind;
  private final String value;
  private final boolean ignoreCase;
  private final TextMatcher text;

  /**
   * Compiles a path match.
   *
   * @throws com.google.re2j.PatternSyntaxException if a regex is none
   */
  public PathMatcher(PathMatch match) {
    kind = match.kind();
    value = match.value();
    ignoreCase = !match.caseSensitive();
    text =
        switch (kind) {
          case EXACT -> new TextMatcher.Exact(value, ignoreCase);
          case PREFIX, PATH_SEPARATED_PREFIX -> new TextMatcher.Prefix(value, ignoreCase);
          case REGEX -> TextMatcher.regex(value);
        };
  }

  /** Returns whether any path matches, so that the path need not be read. */
  public boolean matchesAnything() {
    return kind == PathMatch.Kind.PREFIX && (value.isEmpty() || value.equals("/"));
  }

  /** Returns where the query's question mark is, or the path's length. */
  public static int pathEnd(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path.length() : query;
  }

  /** Returns whether {@code path[0, end)} matches. */
  public boolean matches(String path, int end) {
    if (!text.matches(path, 0, end)) {
      return false;
    }
    int length = value.length();
    return kind != PathMatch.Kind.PATH_SEPARATED_PREFIX
        || end == length
        || path.charAt(length) == '/';
  }

  /** Returns how much of {@code path[0, end)}, which matches, a prefix rewrite replaces. */
  public int matchedLength(int end) {
    return kind == PathMatch.Kind.PREFIX || kind == PathMatch.Kind.PATH_SEPARATED_PREFIX
        ? value.length()
        : end;
  }

  /** Returns the match as a text for people, such as {@code prefix /api}. */
  @Override
  public String toString() {
    return switch (kind) {
          case EXACT -> "path ";
          case PREFIX -> "path prefix ";
          case PATH_SEPARATED_PREFIX -> "path-separated prefix ";
          case REGEX -> "path regex ";
        }
        + value
        + (ignoreCase ? " (any case)" : "");
  }
}
