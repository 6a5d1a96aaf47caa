/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import okio.AsyncTimeout;
import org.jspecify.annotations.Nullable;

/**
 * Limits one attempt from connecting to response headers by closing its socket, on okio's own
 * watchdog thread. Started and stopped by one thread.
 */
final class AttemptTimer {
  private volatile @Nullable Watchdog watchdog;

  void start(long nanos) {
    Watchdog started = new Watchdog();
    started.timeout(nanos, TimeUnit.NANOSECONDS);
    watchdog = started;
    started.enter();
  }

  /** Names the socket to close: a new connection's, or one that was made before. */
  void watch(Socket socket) {
    Watchdog current = watchdog;
    if (current != null) {
      current.watch(socket);
    }
  }

  /** Stops it and returns whether it had run out; idempotent. */
  boolean stop() {
    Watchdog current = watchdog;
    watchdog = null;
    return current != null && current.exit();
  }

  private static final class Watchdog extends AsyncTimeout {
    private @Nullable Socket socket;
    private boolean ranOut;

    synchronized void watch(Socket watched) {
      socket = watched;
      if (ranOut) {
        close(watched);
      }
    }

    @Override
    protected synchronized void timedOut() {
      ranOut = true;
      if (socket != null) {
        close(socket);
      }
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }
}
