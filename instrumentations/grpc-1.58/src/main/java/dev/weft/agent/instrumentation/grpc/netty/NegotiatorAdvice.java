/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc.netty;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.netty.channel.ChannelHandler;
import net.bytebuddy.asm.Advice;

/**
 * After {@code PlaintextProtocolNegotiator.newHandler}: a plaintext connection was made or
 * accepted. One that gets no handler of ours stays plaintext; calls on it are guarded as any.
 */
public final class NegotiatorAdvice {
  private NegotiatorAdvice() {}

  /** Returns what begins the connection: on a server's, somebody who looks at its first bytes. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static ChannelHandler exit(
      @Advice.Argument(0) GrpcHttp2ConnectionHandler http2,
      @Advice.Return ChannelHandler plaintext) {
    return http2.connection().isServer() ? new SniffingHandler(http2, plaintext) : plaintext;
  }
}
