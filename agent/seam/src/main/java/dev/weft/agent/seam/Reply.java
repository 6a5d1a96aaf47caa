/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.util.List;
import java.util.Map;

/**
 * An answer of the mesh itself: an injected abort, an overflow, a denied request. The adapter turns
 * it into the library's own response; nothing goes over the network. Immutable.
 *
 * @param status the HTTP status, 200 to 599
 * @param grpcStatus the gRPC status code for a gRPC call, 0 to 16; -1 to derive it from {@code
 *     status}
 * @param headers response headers in order, names in lower case; no {@code content-length}
 * @param body the body as text, empty if there is none; sent as UTF-8
 * @param flag Envoy's response flag, such as {@code FI}, {@code UH}, {@code UO}, {@code UT}, {@code
 *     NR}; empty if there is none
 * @param delayNanos see {@link Step#delayNanos}
 */
public record Reply(
    int status,
    int grpcStatus,
    List<Map.Entry<String, String>> headers,
    String body,
    String flag,
    long delayNanos)
    implements Step {

  /** Copies the headers. */
  public Reply {
    headers = List.copyOf(headers);
  }

  /** Returns a reply without headers or delay whose gRPC status follows from {@code status}. */
  public static Reply of(int status, String body, String flag) {
    return new Reply(status, -1, List.of(), body, flag, 0);
  }

  /**
   * Returns the words that HTTP/1.1 servers send after the status; empty for one that the mesh does
   * not answer with by itself.
   */
  public String reasonPhrase() {
    return switch (status) {
      case 200 -> "OK";
      case 301 -> "Moved Permanently";
      case 302 -> "Found";
      case 303 -> "See Other";
      case 307 -> "Temporary Redirect";
      case 308 -> "Permanent Redirect";
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 429 -> "Too Many Requests";
      case 500 -> "Internal Server Error";
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      default -> "";
    };
  }
}
