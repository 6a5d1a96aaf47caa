/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import com.google.re2j.Pattern;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.match.PathMatcher;
import org.jspecify.annotations.Nullable;

/** Changes the path and keeps its query. Immutable. */
final class PathRewrite {
  private final @Nullable String prefix;
  private final @Nullable String whole;
  private final @Nullable Pattern regex;
  private final Substitution substitution;

  private PathRewrite(Rewrite rewrite) {
    prefix = rewrite.prefix();
    whole = rewrite.path();
    String expression = rewrite.regex();
    regex = expression == null ? null : Pattern.compile(expression);
    String text = rewrite.substitution();
    substitution = new Substitution(text == null ? "" : text);
  }

  /**
   * Compiles a rewrite; null if it changes no path.
   *
   * @throws com.google.re2j.PatternSyntaxException if the regex is none
   */
  static @Nullable PathRewrite compile(Rewrite rewrite) {
    boolean changesPath =
        rewrite.prefix() != null || rewrite.path() != null || rewrite.regex() != null;
    return changesPath ? new PathRewrite(rewrite) : null;
  }

  /** Returns the new path for one that the route's matcher matches. */
  String rewrite(String path, PathMatcher matcher) {
    int end = PathMatcher.pathEnd(path);
    if (prefix != null) {
      return replacePrefix(path, prefix, matcher.matchedLength(end));
    }
    if (whole != null) {
      return whole + path.substring(end);
    }
    return regex == null
        ? path
        : substitution.replaceAll(regex, path.substring(0, end)) + path.substring(end);
  }

  /** Replaces the first {@code length} characters. */
  static String replacePrefix(String path, String prefix, int length) {
    String rewritten = prefix + path.substring(length);
    return rewritten.startsWith("/") ? rewritten : "/" + rewritten;
  }
}
