/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

/** Matches a path by its segments. Immutable. */
final class PathTemplateMatcher {
  private final String template;

  PathTemplateMatcher(String template) {
    this.template = template;
  }

  /** Returns whether {@code path[0, end)} matches. An empty segment is none for a star. */
  boolean matches(String path, int end) {
    int at = 0;
    int length = template.length();
    for (int i = 0; i < length; i++) {
      char wanted = template.charAt(i);
      if (wanted == '*') {
        if (i + 1 < length && template.charAt(i + 1) == '*') {
          return true;
        }
        int start = at;
        while (at < end && path.charAt(at) != '/') {
          at++;
        }
        if (at == start) {
          return false;
        }
      } else if (at < end && path.charAt(at) == wanted) {
        at++;
      } else {
        return false;
      }
    }
    return at == end;
  }

  /** Returns what every path that matches starts with. */
  String literalPrefix() {
    int star = template.indexOf('*');
    return star < 0 ? template : template.substring(0, star);
  }
}
