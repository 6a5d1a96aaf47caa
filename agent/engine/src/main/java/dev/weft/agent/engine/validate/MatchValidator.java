/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.validate;

import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch;
import dev.weft.agent.engine.config.StringMatch;
import java.util.List;
import java.util.Set;

/** Finds what is wrong with matches. */
final class MatchValidator {
  private static final Set<String> PSEUDO_HEADERS =
      Set.of(":method", ":authority", ":path", ":scheme");

  private final Problems problems;

  MatchValidator(Problems problems) {
    this.problems = problems;
  }

  void route(String field, RouteMatch match) {
    PathMatch path = match.path();
    switch (path.kind()) {
      case REGEX -> problems.regex(field + ".safe_regex", path.value());
      case PATH_SEPARATED_PREFIX ->
          problems.check(
              path.value().startsWith("/") && !path.value().endsWith("/"),
              field + ".path_separated_prefix",
              path.value(),
              "starts with / and does not end with it");
      case EXACT, PREFIX -> {}
    }
    headers(field + ".headers", match.headers());
    for (int i = 0; i < match.queryParameters().size(); i++) {
      String parameter = field + ".query_parameters[" + i + "]";
      problems.check(
          !match.queryParameters().get(i).name().isEmpty(), parameter + ".name", "''", "a name");
      text(parameter, match.queryParameters().get(i).value());
    }
  }

  void headers(String field, List<HeaderMatch> headers) {
    for (int i = 0; i < headers.size(); i++) {
      HeaderMatch header = headers.get(i);
      String one = field + "[" + i + "]";
      if (header.name().startsWith(":")) {
        problems.check(
            PSEUDO_HEADERS.contains(header.name()),
            one + ".name",
            header.name(),
            ":method, :authority, :path or :scheme");
      } else {
        HeaderValidator.name(problems, one + ".name", header.name());
      }
      text(one, header.value());
    }
  }

  private void text(String field, StringMatch match) {
    if (match instanceof StringMatch.Regex regex) {
      problems.regex(field + ".safe_regex", regex.expression());
    }
  }
}
