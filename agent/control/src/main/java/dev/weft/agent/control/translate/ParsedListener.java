/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.MeshConfig.OutboundPolicy;
import dev.weft.agent.engine.config.RouteConfiguration;

/** A listener as read, before its routes are known. */
sealed interface ParsedListener {
  /**
   * HTTP traffic to a port, with routes by name.
   *
   * @param wildcard whether it is bound to all addresses
   */
  record Named(String name, int port, boolean wildcard, String routeName)
      implements ParsedListener {}

  /** HTTP traffic to a port, with routes in the listener itself. */
  record Inline(String name, int port, boolean wildcard, RouteConfiguration routes)
      implements ParsedListener {}

  /** What holds for ports without a listener. */
  record Default(OutboundPolicy policy) implements ParsedListener {}

  /** What guards requests that come in. */
  record Inbound(InboundConfig config) implements ParsedListener {}

  /** Nothing that concerns HTTP calls of this process. */
  record Other() implements ParsedListener {}
}
