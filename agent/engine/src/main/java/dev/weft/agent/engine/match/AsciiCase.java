/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.match;

/** Comparison that ignores ASCII case, and only that: host names have no other. */
final class AsciiCase {
  private AsciiCase() {}

  /** Returns the character in lower case if it is one of A to Z, else as it is. */
  static char fold(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
  }

  /** Returns whether {@code text[from, to)} equals {@code folded}, which is in lower case. */
  static boolean equals(String text, int from, int to, String folded) {
    int length = to - from;
    if (length != folded.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (fold(text.charAt(from + i)) != folded.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the text in lower case; for use at push only. */
  static String lower(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      lower.append(fold(text.charAt(i)));
    }
    return lower.toString();
  }
}
