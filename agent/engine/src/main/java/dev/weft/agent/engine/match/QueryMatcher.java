/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.match;

import dev.weft.agent.engine.config.RouteMatch.QueryParameterMatch;
import dev.weft.agent.engine.config.StringMatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Envoy's query parameter matcher: on the first value, as it is sent. Immutable. */
public final class QueryMatcher {
  private final String name;
  private final TextMatcher text;
  private final boolean present;
  private final String expectation;

  private QueryMatcher(QueryParameterMatch match) {
    name = match.name();
    text = TextMatcher.of(match.value());
    present = !(match.value() instanceof StringMatch.Present value) || value.present();
    expectation = Expectation.of(match.value());
  }

  /** Compiles matchers, which all must match. */
  public static QueryMatcher[] compile(List<QueryParameterMatch> matches) {
    return matches.stream().map(QueryMatcher::new).toArray(QueryMatcher[]::new);
  }

  /** Returns the first matcher that does not match the path's query; null if all do. */
  public static @Nullable QueryMatcher firstMismatch(QueryMatcher[] matchers, String path) {
    for (QueryMatcher matcher : matchers) {
      if (!matcher.matches(path)) {
        return matcher;
      }
    }
    return null;
  }

  /** Returns what the path's query has and what was expected, for people. */
  public String mismatch(String path) {
    int start = QueryParameter.start(path, name);
    String found =
        start < 0 ? "absent" : "\"" + path.substring(start, QueryParameter.end(path, start)) + "\"";
    return "query parameter " + name + ": " + found + " (expected: " + expectation + ")";
  }

  /** Returns the match as a text for people, such as {@code query parameter v exactly "2"}. */
  @Override
  public String toString() {
    return "query parameter " + name + " " + expectation;
  }

  private boolean matches(String path) {
    int start = QueryParameter.start(path, name);
    return start < 0
        ? !present
        : present && text.matches(path, start, QueryParameter.end(path, start));
  }
}
