/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The health check of a container: a program that ends with 0 if the policy server beside it, on
 * the port of {@code WEFT_LISTEN}, is ready, and with 1 and a reason if it is not. It is run every
 * few seconds, so it is a bare socket, not a client library.
 */
final class HealthProbe {
  private static final int TIMEOUT_MILLIS = 4_000;

  private HealthProbe() {}

  /** Asks once. */
  public static void main(String[] args) throws IOException, GeneralSecurityException {
    String listen = System.getenv().getOrDefault("WEFT_LISTEN", "127.0.0.1:7070");
    String plaintext = System.getenv().getOrDefault("WEFT_PLAINTEXT", "none");
    check(
        Integer.parseInt(listen.substring(listen.lastIndexOf(':') + 1)), !plaintext.equals("none"));
  }

  /**
   * Returns if a server on this machine's loopback address is ready.
   *
   * @param plaintext whether it takes plain text; otherwise it is asked with TLS
   * @throws IOException if it is not, or does not answer in time
   */
  static void check(int port, boolean plaintext) throws IOException, GeneralSecurityException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (Socket socket = plaintext ? new Socket() : tlsSocket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(server, TIMEOUT_MILLIS);
      Writer request = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.US_ASCII);
      request.write("GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
      request.flush();
      String status =
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine();
      if (status == null || !status.startsWith("HTTP/1.1 200")) {
        throw new IOException("not ready: " + status);
      }
    }
  }

  /** Whether it is ready is no secret, and the one that says so is beside us on loopback. */
  private static Socket tlsSocket() throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anybody()}, null);
    return context.getSocketFactory().createSocket();
  }

  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new UnsupportedOperationException();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
