/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The watches that go on, so that they can be ended when the server is. Thread-safe. */
final class OpenWatches {
  private final Set<WatchStream> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean isClosed;

  void add(WatchStream stream) {
    streams.add(stream);
    if (isClosed) {
      stream.stop();
    }
  }

  void remove(WatchStream stream) {
    streams.remove(stream);
  }

  void close() {
    isClosed = true;
    streams.forEach(WatchStream::stop);
  }
}
