/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

/**
 * A host and a port as written in an option.
 *
 * @param host a name or an IP address, without brackets
 * @param port 1 to 65535
 */
record HostPort(String host, int port) {
  static boolean isValid(String text) {
    try {
      parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Reads {@code host:port} or {@code [IPv6]:port}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 1 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      host = "";
    }
    int port = host.isEmpty() ? 0 : Integer.parseInt(text.substring(colon + 1));
    if (host.isEmpty() || port < 1 || port > 65535) {
      throw new IllegalArgumentException(text + " (expected: host:port)");
    }
    return new HostPort(host, port);
  }
}
