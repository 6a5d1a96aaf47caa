/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import org.jspecify.annotations.Nullable;

/** The decider behind {@link Inbound}. Implemented by the engine; thread-safe. */
public interface InboundEngine {
  /** See {@link Inbound#listening}; never throws. */
  void listening(String hook, int port, String protocol, boolean takesTls);

  /** See {@link Inbound#closed}; never throws. */
  void closed(int port);

  /** See {@link Inbound#begin}; never throws. */
  <Q> @Nullable InboundCall begin(Q request, RequestReader<Q> reader, Peer peer);

  /** See {@link Inbound#tls}; never throws. */
  default @Nullable ServerTls tls(int port) {
    return null;
  }

  /** See {@link Inbound#failed}; never throws. */
  default boolean failed(String hook, int port, Throwable fault) {
    return true;
  }

  /** See {@link Inbound#refused}; never throws. */
  default void refused(RefusedConnection connection) {}
}
