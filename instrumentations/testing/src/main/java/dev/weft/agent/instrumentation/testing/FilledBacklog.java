/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** Fills the backlog of a server socket that nobody accepts from: further connects hang. */
public final class FilledBacklog implements AutoCloseable {
  private final List<Socket> sockets = new ArrayList<>();
  private boolean full;

  /** Connects until no connection is made within a while. */
  public FilledBacklog(ServerSocket server) throws IOException {
    for (int i = 0; i < 20 && !full; i++) {
      Socket socket = new Socket();
      sockets.add(socket);
      try {
        socket.connect(server.getLocalSocketAddress(), 200);
      } catch (SocketTimeoutException e) {
        full = true;
      }
    }
  }

  /** Returns whether it worked. */
  public boolean isFull() {
    return full;
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
