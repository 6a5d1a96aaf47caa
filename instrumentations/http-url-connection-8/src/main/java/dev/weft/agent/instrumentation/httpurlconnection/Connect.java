/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import java.io.IOException;
import java.net.Proxy;
import java.net.URL;
import org.jspecify.annotations.Nullable;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * A client that the JDK is about to make, as the arguments of {@code HttpClient.New} say.
 *
 * @param url the hop's URL
 * @param proxy null or {@link Proxy#NO_PROXY} for none
 * @param timeoutMillis the connect timeout; 0 for none, -1 for the JDK's default
 * @param useCache whether a kept-alive connection will do
 * @param connection what needs the client
 */
record Connect(
    URL url,
    @Nullable Proxy proxy,
    int timeoutMillis,
    boolean useCache,
    HttpURLConnection connection) {

  /** Returns what the JDK itself asks for at first. */
  static Connect again(HttpURLConnection connection) {
    int timeout = connection.getConnectTimeout();
    return new Connect(
        connection.getURL(), Proxy.NO_PROXY, timeout == 0 ? -1 : timeout, true, connection);
  }

  /** Returns whether it is plain HTTP without a proxy. */
  boolean isDirect() {
    return url.getProtocol().equals("http") && (proxy == null || proxy.type() == Proxy.Type.DIRECT);
  }

  /** Makes the client. */
  HttpClient open(URL target, int limitedMillis) throws IOException {
    return HttpClient.New(target, proxy, limitedMillis, useCache, connection);
  }

  /** Makes a client that is nobody else's. */
  HttpClient openUnshared(URL target) throws IOException {
    return HttpClient.New(target, proxy, timeoutMillis, false, connection);
  }
}
