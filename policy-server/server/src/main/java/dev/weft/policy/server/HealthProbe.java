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

/**
 * The health check of a container: a program that ends with 0 if the policy server beside it, on
 * the port of {@code WEFT_LISTEN}, is ready, and with 1 and a reason if it is not. It is run every
 * few seconds, so it is a bare socket, not a client library.
 */
final class HealthProbe {
  private static final int TIMEOUT_MILLIS = 4_000;

  private HealthProbe() {}

  /** Asks once. */
  public static void main(String[] args) throws IOException {
    String listen = System.getenv().getOrDefault("WEFT_LISTEN", "127.0.0.1:7070");
    check(Integer.parseInt(listen.substring(listen.lastIndexOf(':') + 1)));
  }

  /**
   * Returns if a server on this machine's loopback address is ready.
   *
   * @throws IOException if it is not, or does not answer in time
   */
  static void check(int port) throws IOException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (Socket socket = new Socket()) {
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
}
