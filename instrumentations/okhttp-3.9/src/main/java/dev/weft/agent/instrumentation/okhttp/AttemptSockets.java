/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.ClientTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the sockets of one attempt's new connections: in TLS if the mesh secures it, and known to
 * the attempt's timer, so that it can end a connect too. It is bound to its attempt before OkHttp
 * looks for a connection.
 */
final class AttemptSockets extends SocketFactory {
  private final SocketFactory sockets;
  private final AttemptTimer timer;
  private final String protocol;
  private volatile @Nullable Attempt attempt;

  /**
   * Makes one that is not yet bound.
   *
   * @param sockets the client's own
   * @param protocol what OkHttp will speak, as ALPN says it
   */
  AttemptSockets(SocketFactory sockets, AttemptTimer timer, String protocol) {
    this.sockets = sockets;
    this.timer = timer;
    this.protocol = protocol;
  }

  void bind(Attempt bound) {
    attempt = bound;
  }

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = secured(sockets.createSocket());
    timer.watch(socket);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return inPlaintext().createSocket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return inPlaintext().createSocket(host, port, localHost, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return inPlaintext().createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return inPlaintext().createSocket(host, port, localHost, localPort);
  }

  private Socket secured(Socket socket) {
    Attempt current = attempt;
    ClientTls tls = current == null ? null : current.tls();
    return current == null || tls == null
        ? socket
        : new SecuredSocket(
            socket, current.connectionKey(), tls, protocol, current.connectTimeoutNanos());
  }

  /** Returns the client's own, unless the attempt is to be secured: these come connected. */
  private SocketFactory inPlaintext() throws SSLException {
    Attempt current = attempt;
    if (current != null && current.tls() != null) {
      throw new SSLException("OkHttp connects in a way that the mesh cannot secure");
    }
    return sockets;
  }
}
