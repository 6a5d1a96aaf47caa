/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc.netty;

import dev.weft.agent.instrumentation.grpc.ClientCredentials;
import dev.weft.agent.seam.ClientTls;
import io.grpc.ChannelCredentials;
import io.grpc.netty.InternalNettyChannelCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.NettySslContextChannelCredentials;
import io.netty.handler.ssl.SslContext;
import java.lang.reflect.Method;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Credentials for connections of netty's. Made by name. */
public final class NettyCredentials implements ClientCredentials {
  /** In versions that ask a trust manager about each authority; null in others, which do not. */
  private static final @Nullable Method TLS = tls();

  /** Made for the one transport that names it. */
  public NettyCredentials() {}

  @Override
  public ChannelCredentials of(ClientTls tls) {
    SslContext context = NettyContexts.client(tls);
    return TLS == null
        ? NettySslContextChannelCredentials.create(context)
        : InternalNettyChannelCredentials.create(new Negotiators(context, TLS));
  }

  private static @Nullable Method tls() {
    try {
      return InternalProtocolNegotiators.class.getMethod(
          "tls", SslContext.class, String.class, X509TrustManager.class);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  /** As the library's own for a context, but for whom it asks about authorities. */
  private record Negotiators(SslContext context, Method tls)
      implements InternalProtocolNegotiator.ClientFactory {
    @Override
    public InternalProtocolNegotiator.ProtocolNegotiator newNegotiator() {
      try {
        return (InternalProtocolNegotiator.ProtocolNegotiator)
            tls.invoke(null, context, null, new AnyAuthority());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(tls + " cannot be called", e);
      }
    }

    @Override
    public int getDefaultPort() {
      return 443;
    }
  }
}
