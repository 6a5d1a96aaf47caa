/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.Server;
import net.bytebuddy.asm.Advice;

/** Before {@code ServerImpl.shutdown()}, which every way to end a server goes through. */
public final class ServerShutdownAdvice {
  private ServerShutdownAdvice() {}

  /** Tells where the server stops to listen. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(@Advice.This Server server) {
    ListeningPorts.closing(server);
  }
}
