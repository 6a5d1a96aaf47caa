/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.match;

import com.google.re2j.Pattern;
import dev.weft.agent.engine.config.StringMatch;

/** Matches a part of a text, without copying it unless an RE2 automaton runs. Immutable. */
public sealed interface TextMatcher {
  /** Returns whether {@code text[from, to)} matches. */
  boolean matches(String text, int from, int to);

  /** Returns whether the whole text matches. */
  default boolean matches(String text) {
    return matches(text, 0, text.length());
  }

  /**
   * Compiles a matcher. {@link StringMatch.Present} matches any text: absence is the caller's.
   *
   * @throws com.google.re2j.PatternSyntaxException if a regex is none
   */
  static TextMatcher of(StringMatch match) {
    if (match instanceof StringMatch.Exact exact) {
      return new Exact(exact.value(), exact.ignoreCase());
    } else if (match instanceof StringMatch.Prefix prefix) {
      return new Prefix(prefix.value(), prefix.ignoreCase());
    } else if (match instanceof StringMatch.Suffix suffix) {
      return new Suffix(suffix.value(), suffix.ignoreCase());
    } else if (match instanceof StringMatch.Contains contains) {
      return new Contains(contains.value(), contains.ignoreCase());
    } else if (match instanceof StringMatch.Regex regex) {
      return regex(regex.expression());
    } else if (match instanceof StringMatch.Range range) {
      return new Range(range.start(), range.end());
    }
    return new Prefix("", false);
  }

  /**
   * Compiles an RE2 full match. What is only a literal, perhaps with {@code .*} at its ends,
   * becomes a plain comparison.
   *
   * @throws com.google.re2j.PatternSyntaxException if it is no RE2 expression
   */
  static TextMatcher regex(String expression) {
    Pattern pattern = Pattern.compile(expression);
    boolean openStart = expression.startsWith(".*");
    String rest = openStart ? expression.substring(2) : expression;
    boolean openEnd = rest.endsWith(".*") && !rest.endsWith("\\.*");
    String literal = openEnd ? rest.substring(0, rest.length() - 2) : rest;
    for (int i = 0; i < literal.length(); i++) {
      if ("\\.+*?()|[]{}^$".indexOf(literal.charAt(i)) >= 0) {
        return new Regex(pattern);
      }
    }
    if (openStart) {
      return openEnd ? new Contains(literal, false) : new Suffix(literal, false);
    }
    return openEnd ? new Prefix(literal, false) : new Exact(literal, false);
  }

  /** Equal to the value. */
  record Exact(String value, boolean ignoreCase) implements TextMatcher {
    @Override
    public boolean matches(String text, int from, int to) {
      int length = value.length();
      return to - from == length && text.regionMatches(ignoreCase, from, value, 0, length);
    }
  }

  /** Starts with the value. */
  record Prefix(String value, boolean ignoreCase) implements TextMatcher {
    @Override
    public boolean matches(String text, int from, int to) {
      int length = value.length();
      return to - from >= length && text.regionMatches(ignoreCase, from, value, 0, length);
    }
  }

  /** Ends with the value. */
  record Suffix(String value, boolean ignoreCase) implements TextMatcher {
    @Override
    public boolean matches(String text, int from, int to) {
      int length = value.length();
      return to - from >= length && text.regionMatches(ignoreCase, to - length, value, 0, length);
    }
  }

  /** Contains the value. */
  record Contains(String value, boolean ignoreCase) implements TextMatcher {
    @Override
    public boolean matches(String text, int from, int to) {
      int length = value.length();
      for (int start = from; start + length <= to; start++) {
        if (text.regionMatches(ignoreCase, start, value, 0, length)) {
          return true;
        }
      }
      return false;
    }
  }

  /** An RE2 full match. */
  record Regex(Pattern pattern) implements TextMatcher {
    @Override
    public boolean matches(String text, int from, int to) {
      return pattern.matches(text.substring(from, to));
    }
  }

  /** A whole decimal number from {@code start} (included) to {@code end} (excluded). */
  record Range(long start, long end) implements TextMatcher {
    @Override
    public boolean matches(String text, int from, int to) {
      boolean negative = from < to && text.charAt(from) == '-';
      int first = negative ? from + 1 : from;
      if (first == to || to - first > 18) {
        return false;
      }
      long number = 0;
      for (int i = first; i < to; i++) {
        char c = text.charAt(i);
        if (c < '0' || c > '9') {
          return false;
        }
        number = number * 10 + (c - '0');
      }
      number = negative ? -number : number;
      return number >= start && number < end;
    }
  }
}
