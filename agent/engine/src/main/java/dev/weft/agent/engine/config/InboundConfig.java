/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;

/**
 * What guards requests that come in: an Envoy listener for inbound traffic.
 *
 * @param isClosed whether every request is refused, because it is not known what guards them
 * @param chains at most one for a port, and one for all other ports; none if nothing is guarded
 */
public record InboundConfig(boolean isClosed, List<Chain> chains) {
  /** Nothing is guarded. */
  public static final InboundConfig NONE = new InboundConfig(false, List.of());

  /** Nothing comes in. */
  public static final InboundConfig CLOSED = new InboundConfig(true, List.of());

  /** Copies the collection. */
  public InboundConfig {
    chains = List.copyOf(chains);
  }

  /** Returns whether some port is open to callers with a certificate of the mesh only. */
  public boolean isStrictAnywhere() {
    return chains.stream().anyMatch(chain -> chain.mutualTls() == MutualTls.STRICT);
  }

  /** Returns whether some request may be refused. */
  public boolean isGuarding() {
    return isClosed || isStrictAnywhere() || chains.stream().anyMatch(Chain::isGuarding);
  }

  /**
   * What guards one port: Envoy's filter chain.
   *
   * @param port the port that the process listens on; 0 for all others
   * @param mutualTlsPolicy the name of the policy that says {@code mutualTls}; empty if unknown
   * @param filters in the order in which they decide
   */
  public record Chain(
      int port, MutualTls mutualTls, String mutualTlsPolicy, List<InboundFilter> filters) {
    /** Copies the collection. */
    public Chain {
      filters = List.copyOf(filters);
    }

    /** Makes a chain of which it is not known which policy says the mode. */
    public Chain(int port, MutualTls mutualTls, List<InboundFilter> filters) {
      this(port, mutualTls, "", filters);
    }

    private boolean isGuarding() {
      return !filters.isEmpty();
    }
  }

  /** Istio's modes of mutual TLS. */
  public enum MutualTls {
    /** Plaintext only. */
    DISABLE,
    /** Either. */
    PERMISSIVE,
    /** Callers with a certificate of the mesh only. */
    STRICT
  }
}
