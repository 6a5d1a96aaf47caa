/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.endpoint.Destination;
import org.jspecify.annotations.Nullable;

/**
 * Is told of what ended. Runs on the application's threads, so it must not block and should not
 * allocate; what it throws is caught and counted. It must not keep the objects that it is given.
 */
public interface EngineObserver {
  /** Takes no interest. */
  EngineObserver NONE =
      new EngineObserver() {
        @Override
        public @Nullable Object handle(Destination destination) {
          return null;
        }

        @Override
        public void attemptEnded(Observed attempt, long durationNanos) {}

        @Override
        public void callEnded(Observed call, long durationNanos) {}
      };

  /**
   * Returns what the observer wants to have at hand with each call to a destination, such as
   * prebuilt attributes; null for nothing. Called at push, on the pushing thread, once for each
   * endpoint that is new or changed, for each cluster, and for {@link Destination#UNKNOWN}.
   */
  @Nullable Object handle(Destination destination);

  /** Tells that an attempt ended, once for each. */
  void attemptEnded(Observed attempt, long durationNanos);

  /**
   * Tells that a call ended, once for each: with the response that was delivered, a reply of the
   * mesh, or a failure.
   */
  void callEnded(Observed call, long durationNanos);
}
