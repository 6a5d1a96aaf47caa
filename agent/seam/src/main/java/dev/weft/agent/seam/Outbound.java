/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import org.jspecify.annotations.Nullable;

/**
 * Where client instrumentations ask. Before the engine has started and where it is switched off,
 * every call is unmanaged. Thread-safe.
 */
public final class Outbound {
  private static volatile @Nullable OutboundEngine engine;

  private Outbound() {}

  /**
   * Begins a call, or returns null if the mesh does not manage it: no rule is for its host, or the
   * application itself speaks TLS, goes through an explicit proxy or an IP literal that no virtual
   * host lists. An unmanaged call allocates nothing. Does not block and does not throw.
   */
  public static <Q> @Nullable Call begin(Q request, RequestReader<Q> reader) {
    OutboundEngine current = engine;
    return current == null ? null : current.begin(request, reader);
  }

  /** Installs the engine, or takes it away with null. Called once, when the agent has started. */
  public static void install(@Nullable OutboundEngine newEngine) {
    engine = newEngine;
  }
}
