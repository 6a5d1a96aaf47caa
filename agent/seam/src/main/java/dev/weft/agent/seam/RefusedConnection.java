/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a port of the application that was accepted and then closed before the
 * application had anything of it. Immutable.
 *
 * @param port the port that it came in on
 * @param peer who made it; null if that is not known
 * @param reason why it was closed
 * @param detail what TLS says, for {@link Reason#HANDSHAKE}; empty otherwise
 */
public record RefusedConnection(
    int port, @Nullable SocketAddress peer, Reason reason, String detail) {
  /** Why a connection was closed. */
  public enum Reason {
    /** It began in plaintext, where TLS is demanded. */
    PLAINTEXT("plaintext"),
    /** It began with TLS, which is demanded, and this process has no certificate yet. */
    NO_IDENTITY("no_identity"),
    /** TLS failed, on this side or the other, such as for want of a certificate of the mesh. */
    HANDSHAKE("handshake");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** Returns its name in metrics. */
    public String text() {
      return text;
    }
  }
}
