/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import java.util.List;
import java.util.Map;

/**
 * Who this agent is.
 *
 * @param service the service's name, as it is announced
 * @param namespace its namespace
 * @param instance unique among the running instances of the service
 * @param addresses its IP addresses as text, the preferred one first; at least one
 * @param labels its labels
 * @param serviceAccount its service account
 * @param locality {@code region/zone/subzone}; empty if unknown
 * @param agentVersion the agent's version
 */
public record NodeIdentity(
    String service,
    String namespace,
    String instance,
    List<String> addresses,
    Map<String, String> labels,
    String serviceAccount,
    String locality,
    String agentVersion) {
  private static final String DOMAIN = "cluster.local";

  /** Copies the collections and checks that there is an address. */
  public NodeIdentity {
    addresses = List.copyOf(addresses);
    labels = Map.copyOf(labels);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("addresses: empty (expected: at least one IP address)");
    }
  }

  /** Returns the node id: {@code sidecar~<ip>~<instance>.<ns>~<ns>.svc.<domain>}. */
  public String id() {
    return "sidecar~"
        + addresses.get(0)
        + "~"
        + instance
        + "."
        + namespace
        + "~"
        + namespace
        + ".svc."
        + DOMAIN;
  }
}
