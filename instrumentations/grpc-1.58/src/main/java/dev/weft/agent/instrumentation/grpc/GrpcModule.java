/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.instrumentation.WeftModule;
import dev.weft.agent.instrumentation.WeftType;
import java.util.List;

/**
 * Weaves grpc-java 1.58 and later, with every transport: they all build channels and servers by
 * classes that grpc-netty-shaded does not rename. Only where a server's connections begin it is
 * woven in both of its names.
 */
public final class GrpcModule extends WeftModule {
  /** Called by the agent. */
  public GrpcModule() {
    super(ChannelBuild.HOOK);
  }

  @Override
  protected List<WeftType> types() {
    return List.of(
        WeftType.of("io.grpc.internal.ManagedChannelImplBuilder")
            .advise("ChannelBuildAdvice", "build"),
        WeftType.of("io.grpc.internal.CallCredentialsApplyingTransportFactory")
            .advise(
                "TransportsAdvice",
                "<init>",
                "io.grpc.internal.ClientTransportFactory",
                "io.grpc.CallCredentials",
                "java.util.concurrent.Executor"),
        plaintext("netty", ""),
        plaintext("nettyshaded", "io.grpc.netty.shaded."),
        WeftType.of("io.grpc.internal.ServerImplBuilder").advise("ServerBuildAdvice", "build"),
        WeftType.of("io.grpc.internal.ServerImpl")
            .advise("ServerStartAdvice", "start")
            .advise("ServerShutdownAdvice", "shutdown"),
        WeftType.of("io.grpc.internal.ServerImpl$ServerTransportListenerImpl")
            .advise(
                "StreamCreatedAdvice",
                "streamCreated",
                "io.grpc.internal.ServerStream",
                "java.lang.String",
                "io.grpc.Metadata"));
  }

  /** Where plaintext connections begin, in netty as it is named by one of its users. */
  private static WeftType plaintext(String folder, String prefix) {
    String netty = prefix + "io.grpc.netty.";
    return WeftType.of(netty + "ProtocolNegotiators$PlaintextProtocolNegotiator")
        .advise(folder + ".NegotiatorAdvice", "newHandler", netty + "GrpcHttp2ConnectionHandler");
  }
}
