/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Matches a path by its segments. Immutable. */
final class PathTemplateMatcher {
  /** What stands before, between and after the stars; one more than there are stars. */
  private final String[] literals;

  /** Whether the last star is one of two, for any number of segments. */
  private final boolean endsInTwo;

  private PathTemplateMatcher(String[] literals, boolean endsInTwo) {
    this.literals = literals;
    this.endsInTwo = endsInTwo;
  }

  /** Reads a template: what stands between slashes, one star, or last two stars. */
  static PathTemplateMatcher of(String template) {
    List<String> literals = new ArrayList<>();
    int from = 0;
    int two = template.indexOf("**");
    for (int star = template.indexOf('*'); star >= 0; star = template.indexOf('*', from)) {
      literals.add(template.substring(from, star));
      from = star == two ? star + 2 : star + 1;
    }
    literals.add(template.substring(from));
    return new PathTemplateMatcher(literals.toArray(new String[0]), two >= 0);
  }

  /** Returns this template percent-decoded; null if that is the same, or cannot be done. */
  @Nullable PathTemplateMatcher decoded() {
    String[] decoded = new String[literals.length];
    boolean isOther = false;
    for (int i = 0; i < literals.length; i++) {
      String literal = CanonicalPath.decoded(literals[i]);
      if (literal == null) {
        return null;
      }
      decoded[i] = literal;
      isOther |= !literal.equals(literals[i]);
    }
    return isOther ? new PathTemplateMatcher(decoded, endsInTwo) : null;
  }

  /** Returns whether {@code path[0, end)} matches. An empty segment is none for a star. */
  boolean matches(String path, int end) {
    int last = literals.length - 1;
    int at = 0;
    for (int i = 0; i < last; i++) {
      String literal = literals[i];
      at += literal.length();
      if (at > end || !path.startsWith(literal, at - literal.length())) {
        return false;
      }
      if (endsInTwo && i == last - 1) {
        return end - at >= literals[last].length()
            && path.startsWith(literals[last], end - literals[last].length());
      }
      int start = at;
      while (at < end && path.charAt(at) != '/') {
        at++;
      }
      if (at == start) {
        return false;
      }
    }
    return end - at == literals[last].length() && path.startsWith(literals[last], at);
  }

  /** Returns what every path that matches starts with. */
  String literalPrefix() {
    return literals[0];
  }
}
