/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt's connection is secured, although the application asked for plaintext. The context
 * shows what certificate there is to show and accepts none but the expected peers', in the mesh or
 * outside of it, so the adapter checks no names. Immutable; one object for all attempts with the
 * same {@link Attempt#connectionKey}.
 *
 * @param context makes sockets and engines
 * @param serverName the name to send in the handshake (SNI); null to send none. One with
 *     underscores is not sent
 * @param protocols the versions of TLS that are allowed, such as {@code TLSv1.3}
 */
public record ClientTls(SSLContext context, @Nullable String serverName, List<String> protocols) {
  /** Copies the collection. */
  public ClientTls {
    protocols = List.copyOf(protocols);
  }

  /**
   * Sets what is ours to set and leaves the rest, such as the application protocols that the
   * library offers.
   */
  public void apply(SSLParameters parameters) {
    parameters.setProtocols(protocols.toArray(new String[0]));
    // The context checks who it is. The library knows the connection key only, which no certificate
    // has for a name.
    parameters.setEndpointIdentificationAlgorithm(null);
    parameters.setServerNames(serverNames());
  }

  private List<SNIServerName> serverNames() {
    // Istio's names have underscores. The JDK's servers, ours among them, refuse those.
    return serverName == null || serverName.indexOf('_') >= 0
        ? List.of()
        : List.of(new SNIHostName(serverName));
  }
}
