/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import org.jspecify.annotations.Nullable;

/**
 * Reads one library's own request type. A reader is a stateless singleton: it is shared by all
 * threads and holds nothing of the request, so asking for a decision allocates nothing.
 *
 * <p>The engine reads {@link #port} and {@link #host} first; a call to an unmanaged host reads
 * nothing else.
 *
 * @param <Q> the library's request type
 */
public interface RequestReader<Q> {
  /**
   * Returns the host of the request's authority without the port, as the application wrote it (the
   * engine compares it ignoring ASCII case), or null if the request has none.
   */
  @Nullable String host(Q request);

  /** Returns the port of the authority, 1 to 65535; the scheme's default if none was written. */
  int port(Q request);

  /**
   * Returns the authority as it was sent, with its port if it names one: what policies call a host.
   * Null if the request has none. Read of requests that come in only.
   */
  default @Nullable String authority(Q request) {
    String sent = header(request, "host");
    return sent == null ? host(request) : sent;
  }

  /** Returns the HTTP method in upper case; {@code POST} for gRPC. */
  String method(Q request);

  /**
   * Returns the path and, after a {@code ?}, the query, as they are sent (percent-encoded). Starts
   * with {@code /}; never empty.
   */
  String path(Q request);

  /**
   * Returns the value of a request header, several values of the same name joined by commas, or
   * null if it is not there.
   *
   * @param name the header's name in lower case; never a pseudo header
   */
  @Nullable String header(Q request, String name);

  /**
   * Returns whether the request can be sent again: it has no body, or a body that the library can
   * produce a second time. Read only when a retry or a mirror is considered.
   */
  boolean isReplayable(Q request);

  /**
   * Returns whether a server's adapter calls {@link InboundCall#mutateRequest}. If not, a request
   * whose headers would have to be changed is refused.
   */
  default boolean isMutable(Q request) {
    return false;
  }

  /** Returns whether this is a gRPC call: then replies carry a gRPC status. */
  default boolean isGrpc(Q request) {
    return false;
  }
}
