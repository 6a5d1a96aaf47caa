/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;

/**
 * Envoy's {@code VirtualHost}. Domains are matched exact first, then the longest suffix wildcard
 * ({@code *.foo.com}), then the longest prefix wildcard ({@code foo.*}), then {@code *}; ignoring
 * ASCII case; with and without the port.
 *
 * @param name for display and metrics
 * @param domains lower case; {@code host}, {@code host:port} or a wildcard
 * @param routes in match order
 */
public record VirtualHostConfig(String name, List<String> domains, List<RouteConfig> routes) {
  /** Copies the collections. */
  public VirtualHostConfig {
    domains = List.copyOf(domains);
    routes = List.copyOf(routes);
  }
}
