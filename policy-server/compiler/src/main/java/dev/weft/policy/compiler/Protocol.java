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

  private final boolean isHttp;

  Protocol(boolean isHttp) {
    this.isHttp = isHttp;
  }

  /** Whether requests can be seen, so that HTTP routes apply. */
  boolean isHttp() {
    return isHttp;
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
