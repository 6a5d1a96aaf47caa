/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc.netty;

import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.ServerTls;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The mesh's contexts as netty knows them. TLS is done by the JDK, also where netty would do it
 * natively: our contexts are the JDK's.
 */
final class NettyContexts {
  private static final ApplicationProtocolConfig HTTP2 =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2);

  private NettyContexts() {}

  static SslContext client(ClientTls tls) {
    return new DelegatingSslContext(jdk(tls.context(), true, ClientAuth.NONE, tls.protocols())) {
      @Override
      protected void initEngine(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        tls.apply(parameters);
        engine.setSSLParameters(parameters);
      }
    };
  }

  /** Returns null if this process has no identity. */
  static @Nullable SslContext server(ServerTls tls) {
    SSLContext context = tls.context();
    return context == null ? null : jdk(context, false, ClientAuth.REQUIRE, tls.protocols());
  }

  @SuppressWarnings("NullAway") // null: the ciphers that the JDK has on
  private static SslContext jdk(
      SSLContext context, boolean isClient, ClientAuth auth, List<String> protocols) {
    return new JdkSslContext(
        context,
        isClient,
        null,
        IdentityCipherSuiteFilter.INSTANCE,
        HTTP2,
        auth,
        protocols.toArray(new String[0]),
        false);
  }
}
