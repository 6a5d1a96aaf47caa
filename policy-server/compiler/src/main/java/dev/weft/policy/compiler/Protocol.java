/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is spoken on a service's port. */
enum Protocol {
  HTTP(true),
  HTTP2(true),
  GRPC(true),
  HTTPS(false),
  TLS(false),
  TCP(false);

  private static final int HTTPS_PORT = 443;

  private final boolean isHttp;

  Protocol(boolean isHttp) {
    this.isHttp = isHttp;
  }

  /** Whether requests can be seen, so that HTTP routes apply. */
  boolean isHttp() {
    return isHttp;
  }

  /**
   * Returns what is spoken on a port whose protocol is not told, as in Istio: what its name begins
   * with, as in {@code grpc-orders}; else HTTPS on 443, and HTTP everywhere else.
   */
  static Protocol ofPort(int number, String name) {
    Protocol named = of(name);
    for (int dash = name.lastIndexOf('-'); named == null && dash > 0; ) {
      named = of(name.substring(0, dash));
      dash = name.lastIndexOf('-', dash - 1);
    }
    if (named != null) {
      return named;
    }
    return number == HTTPS_PORT ? HTTPS : HTTP;
  }

  /** Reads a protocol's name in any case; null if there is none of that name. */
  static @Nullable Protocol of(String name) {
    return switch (name.toUpperCase(Locale.ROOT)) {
      case "HTTP" -> HTTP;
      case "HTTP2" -> HTTP2;
      case "GRPC", "GRPC-WEB" -> GRPC;
      case "HTTPS" -> HTTPS;
      case "TLS" -> TLS;
      case "TCP", "MONGO", "MYSQL", "REDIS" -> TCP;
      default -> null;
    };
  }
}
