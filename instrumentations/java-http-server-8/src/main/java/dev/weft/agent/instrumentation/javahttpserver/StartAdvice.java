/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.HttpServer;
import net.bytebuddy.asm.Advice;

/** Around {@code start}, after which the server accepts connections. */
public final class StartAdvice {
  private StartAdvice() {}

  /** Makes the server known. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(
      @Advice.This HttpServer server, @Advice.FieldValue("server") Object implementation) {
    Servers.starting(server, implementation);
  }

  /** Reports the port. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  public static void exit(@Advice.This HttpServer server) {
    Servers.started(server);
  }
}
