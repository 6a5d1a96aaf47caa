/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.ClientTls;
import io.grpc.ChannelCredentials;
import javax.net.ssl.SSLException;

/** How a transport is told to secure its connections. Stateless. */
public interface ClientCredentials {
  /**
   * Returns credentials that the transport takes.
   *
   * @throws SSLException if the library cannot use the context
   */
  ChannelCredentials of(ClientTls tls) throws SSLException;
}
