/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import org.jspecify.annotations.Nullable;

/**
 * One request that came in, from {@link Inbound#begin} until its response has been sent. Used by
 * one thread at a time.
 */
public interface InboundCall {
  /**
   * Returns the reply to answer with instead of calling the application, after {@link
   * Reply#delayNanos}; null to proceed.
   */
  @Nullable Reply reply();

  /**
   * Returns whether the application must see other request headers than those that were sent. Then
   * the adapter calls {@link #mutateRequest} before it calls the application. Never true if {@link
   * RequestReader#isMutable} is false.
   */
  default boolean changesRequest() {
    return false;
  }

  /** Changes the request's headers to those that the application is to see. */
  default <H> void mutateRequest(H headers, HeaderWriter<H> writer) {
    // nothing to change
  }

  /**
   * Tells that the response ended. Counted once; what comes after the first call is ignored.
   *
   * @param status the HTTP status that was sent; 0 if the connection broke before one was
   * @param grpcStatus the gRPC status, 0 to 16; -1 if this is not a gRPC call
   */
  void end(int status, int grpcStatus);
}
