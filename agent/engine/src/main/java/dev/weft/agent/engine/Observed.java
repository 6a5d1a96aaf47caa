/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.engine.route.RouteInfo;
import org.jspecify.annotations.Nullable;

/**
 * What metrics and spans can know of a call or of one of its attempts. Every {@link
 * dev.weft.agent.seam.Attempt} and {@link dev.weft.agent.seam.Call} of the engine is one. Asking
 * allocates nothing.
 */
public interface Observed {
  /** Returns where the call was matched. */
  RouteInfo route();

  /** Returns where the attempt went, or the call's last one. */
  Destination destination();

  /** Returns what {@link EngineObserver#handle} made for the destination; null if nothing. */
  @Nullable Object handle();

  /** Returns the attempt's number from 1, or the call's number of attempts from 0. */
  int number();

  /**
   * Returns the HTTP status; without a response the one that Envoy has for the failure, 503 or 504,
   * and 0 if the caller gave up.
   */
  int status();

  /** Returns the gRPC status if it is known, else -1. */
  int grpcStatus();

  /** Returns Envoy's response flags, such as {@code UF,URX}; empty if there are none. */
  String flag();

  /** Returns the delay that a fault injected, in nanoseconds; 0 for none. */
  long delayNanos();

  /** Returns whether it is a gRPC call. */
  boolean isGrpc();

  /** Returns whether it is a copy for a mirror. */
  boolean isMirror();
}
