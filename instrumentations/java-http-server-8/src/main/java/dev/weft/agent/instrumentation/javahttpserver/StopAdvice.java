/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.HttpServer;
import net.bytebuddy.asm.Advice;

/** Before {@code stop}, after which the server has no address. */
public final class StopAdvice {
  private StopAdvice() {}

  /** Reports the port. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(@Advice.This HttpServer server) {
    Servers.stopping(server);
  }
}
