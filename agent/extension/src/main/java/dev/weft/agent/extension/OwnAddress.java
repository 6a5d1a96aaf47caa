/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** Finds the IP address that others reach this process at. Resolves names, so it may block. */
final class OwnAddress {
  private static final String LOOPBACK = "127.0.0.1";

  private OwnAddress() {}

  /**
   * Returns the address from which this machine reaches the policy server, else that of its first
   * network interface, else loopback. Sends nothing.
   */
  static String find(@Nullable HostPort server) {
    if (server != null) {
      // Connecting a datagram socket only asks the routing table.
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(server.host(), server.port()));
        InetAddress local = socket.getLocalAddress();
        if (local != null && !local.isAnyLocalAddress()) {
          return local.getHostAddress();
        }
      } catch (IOException | IllegalArgumentException | java.io.UncheckedIOException e) {
        return ofFirstInterface(); // the server's name does not resolve, or there is no route
      }
    }
    return ofFirstInterface();
  }

  private static String ofFirstInterface() {
    try {
      for (NetworkInterface face : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (face.isUp() && !face.isLoopback() && !face.isPointToPoint() && !face.isVirtual()) {
          for (InetAddress address : Collections.list(face.getInetAddresses())) {
            if (address instanceof Inet4Address && !address.isLinkLocalAddress()) {
              return address.getHostAddress();
            }
          }
        }
      }
    } catch (IOException e) {
      return LOOPBACK;
    }
    return LOOPBACK;
  }
}
