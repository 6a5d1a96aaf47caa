/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.HttpServer;
import net.bytebuddy.asm.Advice;

/** After {@code start}: the server accepts connections. */
public final class StartAdvice {
  private StartAdvice() {}

  /** Reports the port. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  public static void exit(@Advice.This HttpServer server) {
    Servers.started(server);
  }
}
