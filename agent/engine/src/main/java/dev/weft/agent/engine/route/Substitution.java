/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/** RE2's replacement text, where {@code \0} to {@code \9} are groups. Immutable. */
public final class Substitution {
  private final List<Object> parts = new ArrayList<>(); // a String, or an Integer for a group
  private int maxGroup;

  /**
   * Parses a replacement.
   *
   * @throws IllegalArgumentException if a backslash is not followed by a digit or a backslash
   */
  public Substitution(String text) {
    StringBuilder literal = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        literal.append(c);
        continue;
      }
      char next = ++i < text.length() ? text.charAt(i) : ' ';
      if (next == '\\') {
        literal.append(next);
      } else if (next >= '0' && next <= '9') {
        parts.add(literal.toString());
        parts.add(next - '0');
        literal.setLength(0);
        maxGroup = Math.max(maxGroup, next - '0');
      } else {
        throw new IllegalArgumentException(text + " (expected: \\0 to \\9 or \\\\)");
      }
    }
    parts.add(literal.toString());
  }

  /** Returns the highest group that is named. */
  public int maxGroup() {
    return maxGroup;
  }

  /** Replaces every match. */
  String replaceAll(Pattern regex, String text) {
    Matcher matcher = regex.matcher(text);
    StringBuilder result = new StringBuilder();
    int at = 0;
    while (matcher.find()) {
      result.append(text, at, matcher.start());
      for (Object part : parts) {
        String group = part instanceof Integer number ? matcher.group(number) : (String) part;
        result.append(group == null ? "" : group);
      }
      at = matcher.end();
    }
    return result.append(text, at, text.length()).toString();
  }
}
