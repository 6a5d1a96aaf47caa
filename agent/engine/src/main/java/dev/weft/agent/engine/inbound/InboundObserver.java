/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.seam.RefusedConnection;
import org.jspecify.annotations.Nullable;

/**
 * Is told what the application serves and of requests that ended. Runs on the application's
 * threads, so it must not block; what it throws is caught and counted.
 */
public interface InboundObserver {
  /** Tells that the application accepts connections. See {@link dev.weft.agent.seam.Inbound}. */
  void listening(String hook, int port, String protocol, boolean takesTls);

  /** Tells that it no longer does. */
  void closed(int port);

  /**
   * Tells that every request to a port is refused from now on, or no longer: STRICT demands the
   * mesh's TLS there, and the port does not take it. The application may do TLS itself.
   *
   * @param hook the instrumentation's name
   */
  default void shut(String hook, int port, boolean isShut) {}

  /** Tells that a connection was closed. See {@link dev.weft.agent.seam.Inbound#refused}. */
  default void connectionRefused(RefusedConnection connection) {}

  /**
   * Tells that a policy refused a request, would have refused it, or wants it noted. On the
   * request's thread, before the reply.
   */
  void policyMatched(PolicyMatch match);

  /**
   * Tells that a response was sent, once for each request.
   *
   * @param status the HTTP status; 0 if the connection broke before one was sent
   * @param grpcStatus the gRPC status; -1 if it is no gRPC call
   * @param flag Envoy's response flags; empty if there are none
   * @param principal the caller's verified SPIFFE ID; null if it has none
   */
  void requestEnded(
      int status, int grpcStatus, String flag, long durationNanos, @Nullable String principal);
}
