/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc.netty;

import dev.weft.agent.instrumentation.grpc.ClientCredentials;
import dev.weft.agent.seam.ClientTls;
import io.grpc.ChannelCredentials;
import io.grpc.netty.NettySslContextChannelCredentials;

/** Credentials for connections of netty's. Made by name. */
public final class NettyCredentials implements ClientCredentials {
  /** Made for the one transport that names it. */
  public NettyCredentials() {}

  @Override
  public ChannelCredentials of(ClientTls tls) {
    return NettySslContextChannelCredentials.create(NettyContexts.client(tls));
  }
}
