/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Envoy's commands in header values, as {@code %REQ(x-user)%}. */
final class HeaderCommands {
  private static final Pattern PERCENT = Pattern.compile("%%|%([^%]*)%|%.*", Pattern.DOTALL);
  private static final String NAME = ":?[-A-Za-z0-9!#$&'*+.^_`|~]+";
  private static final Pattern KNOWN =
      Pattern.compile("%REQ\\(" + NAME + "(\\?" + NAME + ")?\\)(:[0-9]{1,5})?%");

  private HeaderCommands() {}

  /**
   * Returns the first command in a value that agents do not know; null if there is none.
   *
   * @param isRequest whether the header is one of requests: a response knows its request no more
   */
  static @Nullable String unknown(String value, boolean isRequest) {
    Matcher percent = PERCENT.matcher(value);
    while (percent.find()) {
      String command = percent.group();
      if (!command.equals("%%") && !(isRequest && KNOWN.matcher(command).matches())) {
        return command;
      }
    }
    return null;
  }

  /** Returns whether there is a command in a value. */
  static boolean has(String value) {
    return value.replace("%%", "").indexOf('%') >= 0;
  }
}
