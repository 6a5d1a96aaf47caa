/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.Outbound;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * A socket that the mesh secures, unknown to OkHttp: once it is connected, all that is written to
 * it and read from it is in TLS. Before that there are no streams to write to.
 */
final class SecuredSocket extends DelegatingSocket {
  private final Socket wire;
  private final String connectionKey;
  private final ClientTls tls;
  private final String protocol;
  private final long limitNanos;

  /** The wire until the handshake, then the one in TLS over it. */
  private volatile Socket current;

  /**
   * Makes one that is not connected.
   *
   * @param wire not connected
   * @param connectionKey says whom the connection is to
   * @param protocol what OkHttp will speak, as ALPN says it
   * @param limitNanos how long connecting may take, with the handshake; 0 for no limit
   */
  SecuredSocket(
      Socket wire, String connectionKey, ClientTls tls, String protocol, long limitNanos) {
    this.wire = wire;
    this.connectionKey = connectionKey;
    this.tls = tls;
    this.protocol = protocol;
    this.limitNanos = limitNanos;
    this.current = wire;
  }

  /** Returns whether a socket is one of these, in TLS, for a connection key. */
  static boolean isSecured(Socket socket, String connectionKey) {
    return socket instanceof SecuredSocket secured
        && secured.current instanceof SSLSocket
        && secured.connectionKey.equals(connectionKey);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
    long start = System.nanoTime();
    int limit = lesser(timeoutMillis, millis(limitNanos));
    boolean isSecured = false;
    try {
      wire.connect(endpoint, limit);
      int readTimeout = wire.getSoTimeout();
      int left = limit == 0 ? 0 : Math.max(1, limit - millis(System.nanoTime() - start));
      wire.setSoTimeout(lesser(readTimeout, left));
      current = handshake();
      wire.setSoTimeout(readTimeout);
      isSecured = true;
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(CallInterceptor.HOOK, "TLS", e);
      throw new SSLException("The mesh could not secure the connection", e);
    } finally {
      if (!isSecured) {
        wire.close();
      }
    }
  }

  private SSLSocket handshake() throws IOException {
    // The host name is what sessions are resumed by; nobody looks it up and nobody is sent it.
    SSLSocket socket =
        (SSLSocket)
            tls.context()
                .getSocketFactory()
                .createSocket(wire, connectionKey, wire.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {protocol});
    tls.apply(parameters);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /**
   * Closes the wire without a word: OkHttp closes what hangs, and to say goodbye in TLS could hang
   * too.
   */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // nor does it wait for anybody here
  public void close() throws IOException {
    wire.close();
  }

  @Override
  public boolean isClosed() {
    return wire.isClosed() || current.isClosed();
  }

  @Override
  Socket current() {
    return current;
  }

  private static int lesser(int one, int other) {
    return one == 0 || (other != 0 && other < one) ? other : one;
  }

  private static int millis(long nanos) {
    return (int) Math.min(NANOSECONDS.toMillis(nanos + 999_999), Integer.MAX_VALUE);
  }
}
