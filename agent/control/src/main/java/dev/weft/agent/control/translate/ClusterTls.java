/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.UpstreamTls;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How connections to a cluster's endpoints are secured.
 *
 * @param offering to those that say that they take TLS; null for plaintext
 * @param others to the others; null for plaintext
 */
record ClusterTls(@Nullable UpstreamTls offering, @Nullable UpstreamTls others) {
  /**
   * Returns what an endpoint has that says that it takes TLS, until its cluster is known.
   *
   * @param spiffeId who the control plane says that it is; empty if it does not
   */
  static UpstreamTls offer(String spiffeId) {
    return new UpstreamTls.Mutual(spiffeId.isEmpty() ? Set.of() : Set.of(spiffeId), "", false);
  }

  /** Returns whether no endpoint may be sent plaintext, whatever it says. */
  boolean isRequired() {
    return others != null && others.isRequired();
  }

  /** Returns the endpoints with what holds for each. */
  List<EndpointConfig> apply(List<EndpointConfig> endpoints) {
    // The same list where nothing is secured, so that an unchanged one is known at a glance.
    boolean isPlain = others == null && endpoints.stream().allMatch(one -> one.tls() == null);
    return isPlain ? endpoints : endpoints.stream().map(this::apply).toList();
  }

  private EndpointConfig apply(EndpointConfig endpoint) {
    if (!(endpoint.tls() instanceof UpstreamTls.Mutual offer)) {
      return endpoint.with(others);
    }
    if (!(offering instanceof UpstreamTls.Mutual wanted) || !wanted.spiffeIds().isEmpty()) {
      return endpoint.with(offering);
    }
    return endpoint.with(
        new UpstreamTls.Mutual(offer.spiffeIds(), wanted.serverName(), wanted.isRequired()));
  }
}
