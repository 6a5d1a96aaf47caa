/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.ServerInterceptor;
import io.grpc.internal.ServerImplBuilder;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Before {@code ServerImplBuilder.build()}. */
public final class ServerBuildAdvice {
  private ServerBuildAdvice() {}

  /** Adds our interceptor. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(
      @Advice.This ServerImplBuilder builder,
      @Advice.FieldValue("interceptors") List<ServerInterceptor> interceptors) {
    ServerGuard.addTo(builder, interceptors);
  }
}
