/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

/**
 * Makes an attempt known to the tracing of the thread that sends it. Implemented by the agent's
 * telemetry; thread-safe.
 */
public interface AttemptScopes {
  /** Makes the attempt known until the scope is closed; never throws. */
  Scope enter(Attempt attempt);

  /** Ends on the thread that entered. */
  interface Scope extends AutoCloseable {
    /** The scope of nothing. */
    Scope NONE = () -> {};

    @Override
    void close();
  }
}
