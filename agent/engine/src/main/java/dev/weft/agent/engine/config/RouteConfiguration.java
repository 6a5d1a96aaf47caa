/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;

/**
 * Envoy's {@code RouteConfiguration}.
 *
 * @param name its resource name
 * @param virtualHosts in order; a domain is in at most one of them
 */
public record RouteConfiguration(String name, List<VirtualHostConfig> virtualHosts) {
  /** Copies the collections. */
  public RouteConfiguration {
    virtualHosts = List.copyOf(virtualHosts);
  }
}
