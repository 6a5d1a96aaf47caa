/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.Map;

/**
 * Envoy's {@code LbEndpoint} with its locality.
 *
 * @param address an IP address as text, never a name
 * @param port 1 to 65535
 * @param weight 1 or more
 * @param priority 0 is tried first
 * @param locality {@code region/zone/subzone}; empty if unknown
 * @param localityWeight the locality's weight; 0 if it has none
 * @param healthy whether the server says so
 * @param hostName the workload's name for display; empty if unknown
 * @param labels the workload's labels
 */
public record EndpointConfig(
    String address,
    int port,
    int weight,
    int priority,
    String locality,
    int localityWeight,
    boolean healthy,
    String hostName,
    Map<String, String> labels) {
  /** Copies the collections. */
  public EndpointConfig {
    labels = Map.copyOf(labels);
  }
}
