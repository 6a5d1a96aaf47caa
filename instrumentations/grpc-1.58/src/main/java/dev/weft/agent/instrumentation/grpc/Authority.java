/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

/**
 * A host and a port. Immutable.
 *
 * @param host as written, an IPv6 literal with its brackets
 * @param port 1 to 65535, or what stood for "none"
 */
record Authority(String host, int port) {
  /** Parses {@code host} or {@code host:port}; what is no port belongs to the host. */
  static Authority parse(String text, int portIfNone) {
    int colon = text.lastIndexOf(':');
    int digits = text.length() - colon - 1;
    boolean insideBrackets = text.indexOf(']', colon + 1) >= 0;
    if (colon <= 0 || insideBrackets || digits < 1 || digits > 5) {
      return new Authority(text, portIfNone);
    }
    int port = 0;
    for (int i = colon + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return new Authority(text, portIfNone);
      }
      port = port * 10 + c - '0';
    }
    return new Authority(text.substring(0, colon), port);
  }
}
