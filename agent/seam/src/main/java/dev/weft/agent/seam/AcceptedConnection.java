/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Which connection it is, for those who are told of its refusal: then it may be closed and no
 * longer know. Immutable.
 *
 * @param port the port that it came in on; 0 if that is not known
 * @param peer who made it; null if that is not known
 */
public record AcceptedConnection(int port, @Nullable SocketAddress peer) {
  /** One of which nothing is known. */
  public static final AcceptedConnection UNKNOWN = new AcceptedConnection(0, null);

  /** Reads the addresses of a channel. */
  public static AcceptedConnection of(SocketChannel channel) {
    try {
      return of(channel.getLocalAddress(), channel.getRemoteAddress());
    } catch (IOException e) {
      return UNKNOWN; // closed already
    }
  }

  /** Reads the addresses of a channel. */
  public static AcceptedConnection of(AsynchronousSocketChannel channel) {
    try {
      return of(channel.getLocalAddress(), channel.getRemoteAddress());
    } catch (IOException e) {
      return UNKNOWN; // closed already
    }
  }

  private static AcceptedConnection of(
      @Nullable SocketAddress local, @Nullable SocketAddress remote) {
    return new AcceptedConnection(
        local instanceof InetSocketAddress socket ? socket.getPort() : 0, remote);
  }

  /** Tells that it is closed, and why. */
  void refused(RefusedConnection.Reason reason, String detail) {
    Inbound.refused(new RefusedConnection(port, peer, reason, detail));
  }
}
