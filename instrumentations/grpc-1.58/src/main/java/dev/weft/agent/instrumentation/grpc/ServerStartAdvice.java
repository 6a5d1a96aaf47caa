/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.Server;
import io.grpc.internal.InternalServer;
import net.bytebuddy.asm.Advice;

/** After {@code ServerImpl.start()} returned. */
public final class ServerStartAdvice {
  private ServerStartAdvice() {}

  /** Tells where the server listens. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  public static void exit(
      @Advice.This Server server, @Advice.FieldValue("transportServer") InternalServer transport) {
    ListeningPorts.opened(server, transport);
  }
}
