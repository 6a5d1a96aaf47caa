/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.Set;
import java.util.TreeSet;

/**
 * Envoy's {@code UpstreamTlsContext} of a mesh: both sides show certificates of the workload CA.
 *
 * @param spiffeIds who the endpoint may be, compared exactly; if empty, nobody is accepted
 * @param serverName the name to send (SNI); empty to send none
 * @param isRequired whether it was ordered; if not, an endpoint takes it that is known to, and a
 *     process that never had an identity sends plaintext
 */
public record UpstreamTls(Set<String> spiffeIds, String serverName, boolean isRequired) {
  /** Copies the collection. */
  public UpstreamTls {
    spiffeIds = Set.copyOf(spiffeIds);
  }

  /** Returns how connections are secured, for people. */
  public String inWords() {
    String peer = spiffeIds.isEmpty() ? "nobody" : String.join(" or ", new TreeSet<>(spiffeIds));
    return isRequired
        ? "mutual TLS with " + peer + ", as ordered"
        : "mutual TLS with " + peer + ", as offered (plaintext if the caller has no identity)";
  }
}
