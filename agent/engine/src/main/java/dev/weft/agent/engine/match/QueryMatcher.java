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

  private QueryMatcher(QueryParameterMatch match) {
    name = match.name();
    text = TextMatcher.of(match.value());
    present = !(match.value() instanceof StringMatch.Present value) || value.present();
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

  /** Returns the parameter's name. */
  public String name() {
    return name;
  }

  private boolean matches(String path) {
    int start = QueryParameter.start(path, name);
    return start < 0
        ? !present
        : present && text.matches(path, start, QueryParameter.end(path, start));
  }
}
