/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.Outbound;
import java.io.IOException;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import sun.net.www.http.HttpClient;

/**
 * The connections that the mesh secures, although the JDK's client of {@code http} URLs makes them.
 * Whatever it has connected for a URL that is marked so comes by here before it has streams.
 */
final class Secured {
  /** Far more endpoints than a process talks to at a time; then the map starts afresh. */
  private static final int LIMIT = 10_000;

  private static final Map<String, ClientTls> BY_KEY = new ConcurrentHashMap<>();

  private Secured() {}

  /** Keeps how connections of an attempt are to be made, if the mesh secures them. */
  static void remember(Attempt attempt) {
    ClientTls tls = attempt.tls();
    String key = attempt.connectionKey();
    if (tls == null || tls.equals(BY_KEY.get(key))) {
      return;
    }
    if (BY_KEY.size() >= LIMIT) {
      BY_KEY.clear();
    }
    BY_KEY.put(key, tls);
  }

  /**
   * Returns what a client is to use of what it has just connected: the same, or TLS over it.
   *
   * @param client what it connects for; null if that is not HTTP
   * @throws IOException if there is no TLS with the right peer; then the socket is closed
   */
  static Socket over(@Nullable HttpClient client, Socket socket) throws IOException {
    String key = client == null ? null : Target.securedKey(Jdk.url(client));
    return client == null || key == null ? socket : handshake(socket, key, client);
  }

  /**
   * Returns the client, made or taken from the cache for an attempt.
   *
   * @throws SSLPeerUnverifiedException if the attempt is to be secured and this is plaintext; then
   *     the client is closed
   */
  static HttpClient checked(HttpClient client, Attempt attempt) throws IOException {
    if (attempt.tls() != null && !(Jdk.socket(client) instanceof SSLSocket)) {
      client.closeServer();
      throw new SSLPeerUnverifiedException("The mesh could not secure the connection");
    }
    return client;
  }

  private static SSLSocket handshake(Socket wire, String key, HttpClient client)
      throws IOException {
    boolean isSecured = false;
    try {
      ClientTls tls = BY_KEY.get(key);
      if (tls == null) {
        throw new SSLException("The mesh no longer secures " + key);
      }
      // The host name is what sessions are resumed by; nobody looks it up and nobody is sent it.
      SSLSocket socket =
          (SSLSocket)
              tls.context().getSocketFactory().createSocket(wire, key, wire.getPort(), true);
      SSLParameters parameters = socket.getSSLParameters();
      tls.apply(parameters);
      socket.setSSLParameters(parameters);
      int readTimeout = wire.getSoTimeout();
      wire.setSoTimeout(Limits.handshakeMillis(client.getConnectTimeout(), readTimeout));
      socket.startHandshake();
      wire.setSoTimeout(readTimeout);
      isSecured = true;
      return socket;
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(HttpUrlConnectionModule.HOOK, "TLS", e);
      throw new SSLException("The mesh could not secure the connection", e);
    } finally {
      if (!isSecured) {
        wire.close();
      }
    }
  }
}
