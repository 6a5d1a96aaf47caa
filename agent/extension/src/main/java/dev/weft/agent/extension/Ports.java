/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes on what the application listens on, and keeps it until there is somebody to pass it to.
 * Thread-safe.
 */
final class Ports {
  private final List<Opened> waiting = new ArrayList<>();
  private @Nullable Target target;

  /** Who wants to know. Called with a lock held: must not block. */
  interface Target {
    void opened(String hook, int port, String protocol);

    void closed(int port);
  }

  private record Opened(String hook, int port, String protocol) {}

  synchronized void opened(String hook, int port, String protocol) {
    if (target == null) {
      waiting.add(new Opened(hook, port, protocol));
    } else {
      target.opened(hook, port, protocol);
    }
  }

  synchronized void closed(int port) {
    if (target == null) {
      waiting.removeIf(opened -> opened.port == port);
    } else {
      target.closed(port);
    }
  }

  /** Passes on what there is, and from now on what comes. */
  synchronized void attach(Target newTarget) {
    target = newTarget;
    waiting.forEach(opened -> newTarget.opened(opened.hook, opened.port, opened.protocol));
    waiting.clear();
  }
}
