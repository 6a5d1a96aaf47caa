/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.tls;

import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.InboundConfig.MutualTls;
import dev.weft.agent.seam.ServerTls;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What connections to the application's ports are to speak. Thread-safe; does not block. */
public final class InboundTls {
  private final MeshIdentity identity;
  private volatile Modes modes = Modes.of(InboundConfig.NONE);

  /** Lets plaintext and, as soon as there is an identity, TLS in at every port. */
  public InboundTls(MeshIdentity identity) {
    this.identity = identity;
  }

  /** Goes by other modes from now on, for connections that are accepted from now on. */
  public void apply(InboundConfig config) {
    modes = Modes.of(config);
  }

  /** Returns what connections to a port are to speak; null if their bytes are left alone. */
  public @Nullable ServerTls at(int port) {
    MutualTls wanted = modes.at(port);
    if (wanted == MutualTls.DISABLE) {
      return null;
    }
    ServerTls.Mode mode =
        wanted == MutualTls.STRICT ? ServerTls.Mode.STRICT : ServerTls.Mode.PERMISSIVE;
    SSLContext context = identity.server();
    return context == null && mode == ServerTls.Mode.PERMISSIVE
        ? null
        : new ServerTls(mode, context, identity.protocols());
  }

  /**
   * The modes of all ports. Before anything is known of one it takes both.
   *
   * @param others for ports that are not named
   */
  private record Modes(Map<Integer, MutualTls> byPort, MutualTls others) {
    static Modes of(InboundConfig config) {
      Map<Integer, MutualTls> byPort = new HashMap<>();
      config.chains().forEach(chain -> byPort.put(chain.port(), chain.mutualTls()));
      MutualTls others = byPort.getOrDefault(0, MutualTls.PERMISSIVE);
      return new Modes(Map.copyOf(byPort), others);
    }

    MutualTls at(int port) {
      return byPort.getOrDefault(port, others);
    }
  }
}
