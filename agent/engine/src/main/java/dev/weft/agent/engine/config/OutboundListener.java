/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

/**
 * The routes for one destination port: an Envoy listener whose HTTP connection manager has its
 * route configuration resolved.
 *
 * @param name the listener's name
 * @param port the port of the authority, 1 to 65535
 * @param routes its route configuration
 */
public record OutboundListener(String name, int port, RouteConfiguration routes) {}
