/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.instrumentation.WeftModule;
import dev.weft.agent.instrumentation.WeftType;
import java.util.List;

/**
 * Weaves grpc-java 1.58 and later, with every transport: they all build channels and servers by the
 * two classes named here, which grpc-netty-shaded does not rename.
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
        WeftType.of("io.grpc.internal.ServerImplBuilder").advise("ServerBuildAdvice", "build"),
        WeftType.of("io.grpc.internal.ServerImpl")
            .advise("ServerStartAdvice", "start")
            .advise("ServerShutdownAdvice", "shutdown"));
  }
}
