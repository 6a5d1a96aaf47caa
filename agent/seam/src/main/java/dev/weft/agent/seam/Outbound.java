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
  private static volatile @Nullable AttemptScopes scopes;

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

  /**
   * Makes an attempt known to tracing while the library is told to send it: a client span that
   * starts meanwhile says which route, cluster, endpoint and attempt it belongs to.
   */
  public static AttemptScopes.Scope enter(Attempt attempt) {
    AttemptScopes current = scopes;
    return current == null ? AttemptScopes.Scope.NONE : current.enter(attempt);
  }

  /**
   * Tells of a fault of the adapter itself: it could not ask about a call, or not do what it was
   * told. Recorded and counted. Does not throw.
   *
   * @param hook the instrumentation's name
   * @param doing what failed, such as {@code begin}
   */
  public static void failed(String hook, String doing, Throwable fault) {
    Hooks.failed(hook, doing + ": " + fault);
    OutboundEngine current = engine;
    if (current != null) {
      current.failed(hook + ": " + doing, fault);
    }
  }

  /** Installs tracing's part, or takes it away with null. */
  public static void installScopes(@Nullable AttemptScopes newScopes) {
    scopes = newScopes;
  }

  /** Installs the engine, or takes it away with null. Called once, when the agent has started. */
  public static void install(@Nullable OutboundEngine newEngine) {
    engine = newEngine;
  }
}
