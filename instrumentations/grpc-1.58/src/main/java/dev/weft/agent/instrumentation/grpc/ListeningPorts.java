/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Inbound;
import io.grpc.Server;
import io.grpc.internal.InternalServer;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** The TCP ports of a server; in-process servers and Unix sockets have none. */
final class ListeningPorts {
  private ListeningPorts() {}

  static void opened(Server server, InternalServer transport) {
    boolean takesTls = takesTls(transport);
    for (SocketAddress address : server.getListenSockets()) {
      if (address instanceof InetSocketAddress socket) {
        Inbound.listening(ChannelBuild.HOOK, socket.getPort(), "grpc", takesTls);
      }
    }
  }

  /** Returns whether it is a plaintext server of netty's, whose connections are woven. */
  private static boolean takesTls(InternalServer transport) {
    if (!transport.getClass().getName().endsWith("io.grpc.netty.NettyServer")) {
      return false;
    }
    try {
      Field field = transport.getClass().getDeclaredField("protocolNegotiator");
      field.setAccessible(true);
      Object negotiator = field.get(transport);
      return negotiator != null
          && negotiator.getClass().getName().endsWith("$PlaintextProtocolNegotiator");
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      Hooks.unknownVersion(ChannelBuild.HOOK, "no mutual TLS at a server: " + e);
      return false;
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
