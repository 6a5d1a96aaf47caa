/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where server instrumentations ask and report. What is reported before the engine has started is
 * kept and handed over when it starts. Thread-safe.
 */
public final class Inbound {
  private static final List<Listening> BEFORE_START = new ArrayList<>();
  private static volatile @Nullable InboundEngine engine;

  private Inbound() {}

  /**
   * Tells that the application accepts connections.
   *
   * @param hook the instrumentation's name
   * @param port the bound port, 1 to 65535
   * @param protocol {@code http}, {@code http2} or {@code grpc}, as in Istio's port names; with
   *     {@code https} the application does TLS itself
   * @param takesTls whether the hook asks {@link #tls} for each connection that is accepted there,
   *     so that callers may speak the mesh's TLS
   */
  public static void listening(String hook, int port, String protocol, boolean takesTls) {
    InboundEngine current = engine;
    if (current == null) {
      synchronized (BEFORE_START) {
        current = engine;
        if (current == null) {
          BEFORE_START.add(new Listening(hook, port, protocol, takesTls));
          return;
        }
      }
    }
    current.listening(hook, port, protocol, takesTls);
  }

  /** Tells that the application no longer accepts connections on a port. */
  public static void closed(int port) {
    InboundEngine current = engine;
    if (current == null) {
      synchronized (BEFORE_START) {
        current = engine;
        if (current == null) {
          BEFORE_START.removeIf(listening -> listening.port == port);
          return;
        }
      }
    }
    current.closed(port);
  }

  /**
   * Begins a request that came in, or returns null if there is nothing to decide and nothing to
   * measure: then the application handles it as ever. Does not block and does not throw.
   */
  public static <Q> @Nullable InboundCall begin(Q request, RequestReader<Q> reader, Peer peer) {
    InboundEngine current = engine;
    return current == null ? null : current.begin(request, reader, peer);
  }

  /**
   * Returns what connections that were accepted on a port are to speak, or null if their bytes are
   * none of our business: it is plaintext that the mesh demands, or there is no mesh. Asked once
   * for each connection, not for the agent's own and not where the application does TLS itself.
   * Does not block and does not throw.
   */
  public static @Nullable ServerTls tls(int port) {
    InboundEngine current = engine;
    return current == null ? null : current.tls(port);
  }

  /**
   * Tells of a fault of the adapter itself: it could not ask about a request or a connection, or
   * not do what it was told. Recorded and counted. Does not throw.
   *
   * @param hook the instrumentation's name
   * @param port the port that it came in on; 0 if that is not known
   * @return whether something guards the port, so that the request or the connection has to be
   *     refused (503, or closed); if not, the application handles it as ever
   */
  public static boolean failed(String hook, int port, Throwable fault) {
    Hooks.failed(hook, fault.toString());
    InboundEngine current = engine;
    return current != null && current.failed(hook, port, fault);
  }

  /**
   * Tells that a connection was closed before the application had anything of it, as {@link
   * ServerTls} demands. Counted, and logged now and then. Does not block and does not throw.
   */
  public static void refused(RefusedConnection connection) {
    InboundEngine current = engine;
    if (current != null) {
      current.refused(connection);
    }
  }

  /** Installs the engine, or takes it away with null, and hands over what was reported before. */
  public static void install(@Nullable InboundEngine newEngine) {
    List<Listening> waiting;
    synchronized (BEFORE_START) {
      engine = newEngine;
      if (newEngine == null) {
        return;
      }
      waiting = List.copyOf(BEFORE_START);
      BEFORE_START.clear();
    }
    for (Listening listening : waiting) {
      newEngine.listening(listening.hook, listening.port, listening.protocol, listening.takesTls);
    }
  }

  private record Listening(String hook, int port, String protocol, boolean takesTls) {}
}
