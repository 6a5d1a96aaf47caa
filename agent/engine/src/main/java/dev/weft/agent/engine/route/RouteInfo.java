/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

/**
 * Where a call was matched, for metrics, spans and people. Immutable.
 *
 * @param listener the listener's name; empty if none is for the port
 * @param virtualHost the virtual host's name; empty if none lists the host
 * @param route the route's name; empty if it has none or none matched
 */
public record RouteInfo(String listener, String virtualHost, String route) {
  /** Nothing matched. */
  public static final RouteInfo NONE = new RouteInfo("", "", "");
}
