/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * After {@code createContext}: adds our filter, behind upstream's, which makes the server span, and
 * before the application's own.
 */
public final class ContextAdvice {
  private ContextAdvice() {}

  /** Adds the filter. Throws only if a context can neither be guarded nor shut. */
  @Advice.OnMethodExit(inline = false)
  public static void exit(
      @Advice.This HttpServer server, @Advice.Return @Nullable HttpContext context) {
    if (context != null) {
      Servers.created(server, context);
    }
  }
}
