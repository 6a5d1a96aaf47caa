/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.URL;
import org.jspecify.annotations.Nullable;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * A connection of the application, as the mesh may hold on to it. Nobody has to close an
 * HttpURLConnection: it must be free to be collected whatever the engine remembers of it. Equal to
 * any other reference to the same connection.
 */
final class ConnectionRef extends WeakReference<HttpURLConnection> {
  private final int hash;
  private final URL url;

  /**
   * Makes one.
   *
   * @param url what this hop goes to
   * @param queue is told when the connection was collected; null: nobody
   */
  ConnectionRef(
      HttpURLConnection connection, URL url, @Nullable ReferenceQueue<HttpURLConnection> queue) {
    super(connection, queue);
    this.hash = System.identityHashCode(connection);
    this.url = url;
  }

  URL url() {
    return url;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    HttpURLConnection connection = get();
    return connection != null && other instanceof ConnectionRef that && that.refersTo(connection);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
