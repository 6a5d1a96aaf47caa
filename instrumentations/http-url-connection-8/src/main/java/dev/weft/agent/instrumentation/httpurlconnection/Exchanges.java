/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * The exchanges of connections that are still in use. A connection that the application dropped
 * without closing it ends its exchange when it has been collected, at some later call.
 */
final class Exchanges {
  private static final Map<ConnectionRef, Exchange> OPEN = new ConcurrentHashMap<>();
  private static final ReferenceQueue<HttpURLConnection> DROPPED = new ReferenceQueue<>();

  private Exchanges() {}

  /** Returns the exchange of a connection, or null if the mesh has none. */
  static @Nullable Exchange of(HttpURLConnection connection) {
    return OPEN.isEmpty()
        ? null
        : OPEN.get(new ConnectionRef(connection, connection.getURL(), null));
  }

  static Exchange add(HttpURLConnection connection, Exchange exchange) {
    endDropped();
    OPEN.put(new ConnectionRef(connection, connection.getURL(), DROPPED), exchange);
    return exchange;
  }

  static void remove(ConnectionRef ref) {
    OPEN.remove(ref);
  }

  private static void endDropped() {
    for (Reference<?> ref = DROPPED.poll(); ref != null; ref = DROPPED.poll()) {
      Exchange exchange = OPEN.remove(ref);
      if (exchange != null) {
        exchange.disconnected();
      }
    }
  }
}
