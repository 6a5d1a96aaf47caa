/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Inbound;
import io.grpc.Server;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** The TCP ports of a server; in-process servers and Unix sockets have none. */
final class ListeningPorts {
  private ListeningPorts() {}

  static void opened(Server server) {
    for (SocketAddress address : server.getListenSockets()) {
      if (address instanceof InetSocketAddress socket) {
        Inbound.listening(ChannelBuild.HOOK, socket.getPort(), "grpc", false);
      }
    }
  }

  /** Does nothing if the server was never started or is shut down already. */
  static void closing(Server server) {
    if (server.isShutdown()) {
      return;
    }
    Iterable<? extends SocketAddress> addresses;
    try {
      addresses = server.getListenSockets();
    } catch (IllegalStateException e) {
      return; // not started: the library has no other way to say so
    }
    for (SocketAddress address : addresses) {
      if (address instanceof InetSocketAddress socket) {
        Inbound.closed(socket.getPort());
      }
    }
  }
}
