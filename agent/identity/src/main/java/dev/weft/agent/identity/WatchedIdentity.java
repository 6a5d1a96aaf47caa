/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

/** An identity that is renewed, and tells of it. Thread-safe; no method blocks. */
public interface WatchedIdentity extends IdentitySource, AutoCloseable {
  /** Returns TLS by the identity that is in force at the time. */
  TlsContexts contexts();

  /** Returns how it stands. */
  IdentityStatus status();

  /**
   * Has this run after each change of {@link #current} or {@link #status}, and once soon, on a
   * thread of ours. It must not block.
   */
  void watch(Runnable watcher);

  /** Renews no longer. What was had stays in force. */
  @Override
  void close();
}
