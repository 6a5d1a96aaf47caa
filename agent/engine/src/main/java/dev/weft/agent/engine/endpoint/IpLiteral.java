/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.endpoint;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Parses IP addresses as text, strictly and without ever asking DNS. */
public final class IpLiteral {
  private IpLiteral() {}

  /**
   * Returns the 4 or 16 bytes of an IPv4 or IPv6 address; null if the text is none. Scopes ({@code
   * %eth0}), octal and shortened IPv4 forms are none.
   */
  public static byte @Nullable [] parse(String text) {
    return text.indexOf(':') < 0 ? parseV4(text, 0) : parseV6(text);
  }

  /** Returns whether an authority's host is an IP address, IPv6 with or without brackets. */
  public static boolean is(String host) {
    if (host.isEmpty()) {
      return false;
    }
    char first = host.charAt(0);
    if (first == '[') {
      return host.endsWith("]") && parse(host.substring(1, host.length() - 1)) != null;
    }
    boolean possible = Character.digit(first, 16) >= 0 || first == ':';
    return possible && parse(host) != null;
  }

  /** Returns whether an authority's host is an IP address or {@code localhost}. */
  public static boolean isOrLocalhost(String host) {
    return is(host) || host.equalsIgnoreCase("localhost");
  }

  private static byte @Nullable [] parseV4(String text, int from) {
    byte[] bytes = new byte[4];
    int part = 0;
    int digits = 0;
    int value = 0;
    for (int i = from; i <= text.length(); i++) {
      char c = i == text.length() ? '.' : text.charAt(i);
      if (c == '.') {
        if (digits == 0 || part == 4) {
          return null;
        }
        bytes[part++] = (byte) value;
        digits = 0;
        value = 0;
      } else if (c >= '0' && c <= '9' && (digits == 0 || value != 0)) {
        value = value * 10 + (c - '0');
        digits++;
        if (value > 255) {
          return null;
        }
      } else {
        return null;
      }
    }
    return part == 4 ? bytes : null;
  }

  private static byte @Nullable [] parseV6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      byte[] whole = groups(text);
      return whole != null && whole.length == 16 ? whole : null;
    }
    byte[] head = groups(text.substring(0, gap));
    byte[] tail = groups(text.substring(gap + 2));
    if (head == null || tail == null || head.length + tail.length > 14) {
      return null;
    }
    byte[] bytes = new byte[16];
    System.arraycopy(head, 0, bytes, 0, head.length);
    System.arraycopy(tail, 0, bytes, 16 - tail.length, tail.length);
    return bytes;
  }

  /** Parses groups between colons, the last of which may be an IPv4 address. */
  private static byte @Nullable [] groups(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    byte[] bytes = new byte[18];
    int length = 0;
    int at = 0;
    while (at <= text.length()) {
      int colon = text.indexOf(':', at);
      int end = colon < 0 ? text.length() : colon;
      if (colon < 0 && text.indexOf('.', at) >= 0) {
        byte[] v4 = length <= 12 ? parseV4(text, at) : null;
        if (v4 == null) {
          return null;
        }
        System.arraycopy(v4, 0, bytes, length, 4);
        return Arrays.copyOf(bytes, length + 4);
      }
      int group = group(text, at, end);
      if (group < 0 || length == 16) {
        return null;
      }
      bytes[length++] = (byte) (group >> 8);
      bytes[length++] = (byte) group;
      at = end + 1;
    }
    return Arrays.copyOf(bytes, length);
  }

  private static int group(String text, int from, int to) {
    if (to == from || to - from > 4) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }
}
