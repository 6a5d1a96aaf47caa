/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.validate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects problems with the path of their fields. */
final class Problems {
  private final List<String> all = new ArrayList<>();

  List<String> all() {
    return List.copyOf(all);
  }

  void add(String field, Object value, String expected) {
    all.add(field + ": " + value + " (expected: " + expected + ")");
  }

  void check(boolean valid, String field, Object value, String expected) {
    if (!valid) {
      add(field, value, expected);
    }
  }

  void perMillion(String field, int value) {
    check(value >= 0 && value <= 1_000_000, field, value, "0 to 1000000");
  }

  void notNegative(String field, long value) {
    check(value >= 0, field, value, ">= 0");
  }

  /** Returns the compiled expression; null, and a problem, if it is none. */
  @Nullable Pattern regex(String field, String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      add(field, expression, "an RE2 expression, but " + e.getDescription());
      return null;
    }
  }
}
