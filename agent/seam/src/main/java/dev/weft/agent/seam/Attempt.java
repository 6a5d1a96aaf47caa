/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One try to send a request to one endpoint. Counted in when {@link Call#next} returns it, and
 * counted out exactly once: by {@link #headers} or {@link #failed} when they order a retry, by
 * {@link #failed} when they do not, else by {@link #end}. Each of them is safe to call again; what
 * comes after the first ending is ignored. {@link #end} may come from any thread.
 */
public non-sealed interface Attempt extends Step {
  /** What {@link #headers} and {@link #failed} return when the result goes to the application. */
  long DELIVER = -1;

  /**
   * Returns the endpoint's address, resolved, to connect to instead of the authority's; null to let
   * the library resolve the authority itself, as it would without Weft.
   */
  @Nullable InetSocketAddress address();

  /**
   * Returns what connections may be shared by: endpoint, expected peer identity and certificate
   * epoch. Two attempts with equal keys may use the same pooled connection, others must not: the
   * adapter puts the key into the library's own pool key. Interned per endpoint in the snapshot, so
   * it costs nothing to read. A valid host name: letters, digits, dots and hyphens.
   */
  String connectionKey();

  /** Returns the authority ({@code host} or {@code host:port}) to send; null: unchanged. */
  @Nullable String authority();

  /** Returns the path with query to send; null: unchanged. */
  @Nullable String path();

  /** Applies the route's and destination's request header operations, in the field's order. */
  <H> void mutateRequest(H headers, HeaderWriter<H> writer);

  /** Returns whether {@link #mutateRequest} would do anything: lets an adapter skip a copy. */
  boolean mutatesRequest();

  /** Applies the response header operations to a response that is delivered. */
  <H> void mutateResponse(H headers, HeaderWriter<H> writer);

  /** Returns whether {@link #mutateResponse} would do anything. */
  boolean mutatesResponse();

  /**
   * Returns how long the response's headers may take from now, in nanoseconds: the lesser of the
   * per-try timeout and what is left of the route's timeout; 0 for no limit. When it runs out the
   * adapter cancels the exchange and calls {@link #failed} with {@link Failure#TIMEOUT}.
   */
  long timeoutNanos();

  /**
   * Returns how long making a connection may take, in nanoseconds; 0 to leave that to the library.
   * An adapter whose library takes a time for each call sets the lesser of this and the
   * application's own, and reports one that ran out as {@link Failure#CONNECT}.
   */
  default long connectTimeoutNanos() {
    return 0;
  }

  /** Returns the number of this attempt in its call, from 1. */
  int number();

  /**
   * Returns the cluster to send a copy of the request to and forget, as a call of its own that the
   * adapter may carry out in the background if the request is replayable; null for none.
   */
  @Nullable Call mirror();

  /**
   * Tells that response headers came (for gRPC: that the call closed with a status before any
   * message, or that headers came).
   *
   * @param status the HTTP status
   * @param grpcStatus the gRPC status if it is known already, 0 to 16; else -1
   * @return {@link #DELIVER} to hand the response to the application and to call {@link #end}
   *     later; or the nanoseconds to wait, 0 or more, before {@link Call#next}: then the adapter
   *     discards the response, and the attempt has ended
   */
  <P> long headers(int status, int grpcStatus, P response, HeaderReader<P> reader);

  /**
   * Tells that the attempt failed before response headers came, which ends it.
   *
   * @return {@link #DELIVER} to let the application see the library's own failure; or the
   *     nanoseconds to wait, 0 or more, before {@link Call#next}, which may be a reply
   */
  long failed(Failure failure);

  /** Tells that a delivered response ended: its body was read, closed, cancelled or broke. */
  void end(Ending ending);

  /**
   * Tells that a delivered gRPC response ended, as {@link #end(Ending)} does.
   *
   * @param grpcStatus the status that the call was closed with, 0 to 16: it comes after the
   *     messages
   */
  default void end(Ending ending, int grpcStatus) {
    end(ending);
  }

  /** Why no response headers came. */
  enum Failure {
    /** No connection could be made: refused, unreachable, TLS failed, connect timeout. */
    CONNECT,
    /** The stream was refused by the peer before it was processed (HTTP/2 REFUSED_STREAM). */
    REFUSED_STREAM,
    /** The connection broke or was reset after the request may have been seen. */
    RESET,
    /** {@link #timeoutNanos} ran out. */
    TIMEOUT,
    /** The application's own timeout ran out: never retried. */
    APPLICATION_TIMEOUT,
    /** The application cancelled the call or its thread was interrupted: never retried. */
    CANCELLED,
    /** Anything else, such as a request that the library refuses to send: never retried. */
    OTHER
  }

  /** How a delivered response ended. */
  enum Ending {
    /** The body was read to its end. */
    COMPLETE,
    /** The application closed or cancelled it before its end. */
    CANCELLED,
    /** The connection broke while the body was read. */
    BROKEN
  }
}
