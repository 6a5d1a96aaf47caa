/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * An HTTP/1.1 server whose every answer is one write, so that the client reads all of them alike:
 * one that comes in two pieces makes it allocate more. For requests without a body.
 */
final class Echo implements AutoCloseable {
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
          .getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket server;

  private Echo(ServerSocket server) {
    this.server = server;
  }

  static Echo start() throws IOException {
    Echo echo = new Echo(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
    inBackground(echo::accept);
    return echo;
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        inBackground(() -> answer(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private static void answer(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      OutputStream out = socket.getOutputStream();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.isEmpty()) {
          out.write(ANSWER);
        }
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  private static void inBackground(Runnable task) {
    Thread thread = new Thread(task, "echo");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
