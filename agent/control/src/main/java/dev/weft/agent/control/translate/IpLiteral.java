/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Tells IP addresses from names without ever asking DNS. */
final class IpLiteral {
  private IpLiteral() {}

  static boolean isIp(String text) {
    return text.indexOf(':') >= 0 ? isV6(text) : isV4(text);
  }

  private static boolean isV6(String text) {
    try {
      // What contains a colon is never looked up.
      return text.indexOf('%') < 0
          && text.indexOf('[') < 0
          && InetAddress.getByName(text).getAddress().length > 0;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static boolean isV4(String text) {
    int parts = 0;
    int value = -1;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : '.';
      if (c == '.') {
        if (value < 0 || value > 255) {
          return false;
        }
        parts++;
        value = -1;
      } else if (c >= '0' && c <= '9' && value < 256) {
        value = Math.max(value, 0) * 10 + (c - '0');
      } else {
        return false;
      }
    }
    return parts == 4;
  }
}
