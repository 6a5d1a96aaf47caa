/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.match;

import dev.weft.agent.engine.config.StringMatch;

/** Says for people what a match asks for. */
final class Expectation {
  private Expectation() {}

  /** Returns what a value has to be, such as {@code prefix "v1"} or {@code present}. */
  static String of(StringMatch match) {
    if (match instanceof StringMatch.Exact exact) {
      return quoted("exactly", exact.value(), exact.ignoreCase());
    } else if (match instanceof StringMatch.Prefix prefix) {
      return quoted("prefix", prefix.value(), prefix.ignoreCase());
    } else if (match instanceof StringMatch.Suffix suffix) {
      return quoted("suffix", suffix.value(), suffix.ignoreCase());
    } else if (match instanceof StringMatch.Contains contains) {
      return quoted("containing", contains.value(), contains.ignoreCase());
    } else if (match instanceof StringMatch.Regex regex) {
      return quoted("regex", regex.expression(), false);
    } else if (match instanceof StringMatch.Range range) {
      return "a number from " + range.start() + " to below " + range.end();
    }
    return match instanceof StringMatch.Present present && !present.present()
        ? "absent"
        : "present";
  }

  private static String quoted(String how, String value, boolean ignoreCase) {
    return how + " \"" + value + "\"" + (ignoreCase ? " in any case" : "");
  }
}
