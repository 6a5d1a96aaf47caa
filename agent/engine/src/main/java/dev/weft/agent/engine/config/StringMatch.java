/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

/** Envoy's {@code StringMatcher}, with presence and numeric range beside it. */
public sealed interface StringMatch {
  /** Equal to the value. */
  record Exact(String value, boolean ignoreCase) implements StringMatch {}

  /** Starts with the value. */
  record Prefix(String value, boolean ignoreCase) implements StringMatch {}

  /** Ends with the value. */
  record Suffix(String value, boolean ignoreCase) implements StringMatch {}

  /** Contains the value. */
  record Contains(String value, boolean ignoreCase) implements StringMatch {}

  /** RE2 full match. */
  record Regex(String expression) implements StringMatch {}

  /** Is there ({@code present}), or is not. */
  record Present(boolean present) implements StringMatch {}

  /** A whole decimal number from {@code start} (included) to {@code end} (excluded). */
  record Range(long start, long end) implements StringMatch {}
}
