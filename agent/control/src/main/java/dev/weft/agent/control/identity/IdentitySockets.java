/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.identity;

import dev.weft.agent.identity.TlsContexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/**
 * Makes sockets to a peer that must have an identity, each by the identity that this process has at
 * the time: a channel that lives longer than a certificate connects with the newer one.
 * Thread-safe.
 */
public final class IdentitySockets extends SSLSocketFactory {
  private final TlsContexts contexts;
  private final Set<String> expected;

  /**
   * Makes sockets to one peer.
   *
   * @param expectedSpiffeId the peer's identity
   */
  public IdentitySockets(TlsContexts contexts, String expectedSpiffeId) {
    this.contexts = contexts;
    this.expected = Set.of(expectedSpiffeId);
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    return factory().createSocket(socket, host, port, autoClose);
  }

  @Override
  public Socket createSocket() throws IOException {
    return factory().createSocket();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return factory().createSocket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return factory().createSocket(host, port, localHost, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return factory().createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return factory().createSocket(host, port, localHost, localPort);
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return suites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return suites();
  }

  private String[] suites() {
    try {
      return factory().getDefaultCipherSuites();
    } catch (IOException e) {
      return new String[0];
    }
  }

  private SSLSocketFactory factory() throws IOException {
    try {
      SSLContext context = contexts.client(expected);
      if (context == null) {
        throw new IOException("this process has no identity yet");
      }
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IOException("the identity of this process cannot be used: " + e.getMessage(), e);
    }
  }
}
