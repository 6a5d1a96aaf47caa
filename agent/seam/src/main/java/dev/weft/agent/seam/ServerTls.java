/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What connections to a port of the application speak, although the application itself knows
 * plaintext only. Immutable.
 *
 * @param mode whether plaintext is let in
 * @param context the certificate to show and the peers to accept; null while this process has no
 *     identity: then nobody can speak TLS to it
 * @param protocols the versions of TLS that are allowed, such as {@code TLSv1.3}
 */
public record ServerTls(Mode mode, @Nullable SSLContext context, List<String> protocols) {
  /** Copies the collection. */
  public ServerTls {
    protocols = List.copyOf(protocols);
  }

  /**
   * Returns an engine for one accepted connection, which demands a certificate of the mesh.
   *
   * @param applicationProtocols what the application speaks, such as {@code h2}, the best first; a
   *     caller who offers none of them (ALPN) is let in without one
   * @throws IllegalStateException if there is no context
   */
  public SSLEngine engine(List<String> applicationProtocols) {
    if (context == null) {
      throw new IllegalStateException("This process has no identity");
    }
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(protocols.toArray(new String[0]));
    parameters.setNeedClientAuth(true);
    engine.setSSLParameters(parameters);
    if (!applicationProtocols.isEmpty()) {
      engine.setHandshakeApplicationProtocolSelector(
          (handshaking, offered) -> best(applicationProtocols, offered));
    }
    return engine;
  }

  private static String best(List<String> spoken, List<String> offered) {
    for (String protocol : spoken) {
      if (offered.contains(protocol)) {
        return protocol;
      }
    }
    return ""; // none, rather than an alert
  }

  /** Whether plaintext is let in beside TLS. */
  public enum Mode {
    /** The first bytes of a connection say which it is. */
    PERMISSIVE,
    /** A connection that does not begin with TLS is closed. */
    STRICT
  }
}
