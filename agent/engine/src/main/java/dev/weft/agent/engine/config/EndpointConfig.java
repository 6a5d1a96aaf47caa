/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

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
 * @param tls how connections to it are secured; null for plaintext
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
    Map<String, String> labels,
    @Nullable UpstreamTls tls) {
  /** Makes an endpoint that is spoken to in plaintext. */
  public EndpointConfig(
      String address,
      int port,
      int weight,
      int priority,
      String locality,
      int localityWeight,
      boolean healthy,
      String hostName,
      Map<String, String> labels) {
    this(
        address, port, weight, priority, locality, localityWeight, healthy, hostName, labels, null);
  }

  /** Copies the collections. */
  public EndpointConfig {
    labels = Map.copyOf(labels);
  }

  /** Returns this endpoint, secured in another way. */
  public EndpointConfig with(@Nullable UpstreamTls other) {
    return new EndpointConfig(
        address,
        port,
        weight,
        priority,
        locality,
        localityWeight,
        healthy,
        hostName,
        labels,
        other);
  }
}
