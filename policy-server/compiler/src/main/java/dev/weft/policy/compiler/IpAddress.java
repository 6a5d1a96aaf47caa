/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Tells IP addresses from names. */
final class IpAddress {
  private IpAddress() {}

  /** Returns whether this is an IPv4 address in dots or an IPv6 address; asks no DNS. */
  static boolean isIp(String text) {
    return isIpV4(text) || isIpV6(text);
  }

  private static boolean isIpV4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return false;
    }
    for (String part : parts) {
      boolean isNumber = !part.isEmpty() && part.length() <= 3;
      for (int i = 0; i < part.length(); i++) {
        isNumber &= part.charAt(i) >= '0' && part.charAt(i) <= '9';
      }
      if (!isNumber || Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }

  private static boolean isIpV6(String text) {
    if (text.indexOf(':') < 0 || text.indexOf('[') >= 0 || text.indexOf('%') >= 0) {
      return false;
    }
    try {
      // With a colon it is parsed as an address, or refused: it is no name that could be looked up.
      InetAddress.getByName(text);
      return true;
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
