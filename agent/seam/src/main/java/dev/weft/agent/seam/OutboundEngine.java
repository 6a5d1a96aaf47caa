/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import org.jspecify.annotations.Nullable;

/** The decider behind {@link Outbound}. Implemented by the engine; thread-safe. */
public interface OutboundEngine {
  /** See {@link Outbound#begin}; never throws. */
  <Q> @Nullable Call begin(Q request, RequestReader<Q> reader);

  /** See {@link Outbound#failed}; never throws. */
  default void failed(String doing, Throwable fault) {}
}
