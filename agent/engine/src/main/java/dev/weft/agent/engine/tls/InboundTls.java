/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.tls;

import dev.weft.agent.seam.ServerTls;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What connections to the application's ports are to speak. Thread-safe; does not block. */
public final class InboundTls {
  private final MeshIdentity identity;
  private volatile IntFunction<ServerTls.@Nullable Mode> modes = port -> ServerTls.Mode.PERMISSIVE;

  /** Lets plaintext and, as soon as there is an identity, TLS in at every port. */
  public InboundTls(MeshIdentity identity) {
    this.identity = identity;
  }

  /**
   * Goes by other modes from now on, for connections that are accepted from now on.
   *
   * @param newModes the mode of a port; null for plaintext only. Must not throw
   */
  public void apply(IntFunction<ServerTls.@Nullable Mode> newModes) {
    modes = newModes;
  }

  /** Returns whether callers may speak TLS to a port: there is an identity, and it is not off. */
  public boolean isSpoken(int port) {
    return identity.epoch() > 0 && modes.apply(port) != null;
  }

  /** Returns what connections to a port are to speak; null if their bytes are left alone. */
  public @Nullable ServerTls at(int port) {
    ServerTls.Mode mode = modes.apply(port);
    if (mode == null) {
      return null;
    }
    SSLContext context = identity.server();
    return context == null && mode == ServerTls.Mode.PERMISSIVE
        ? null
        : new ServerTls(mode, context, identity.protocols());
  }
}
