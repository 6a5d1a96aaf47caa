/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * Before {@code AbstractAsyncSSLConnection.createEngine}: a connection of the mesh, which the host
 * name tells, is made with the mesh's context. What it throws fails the connection.
 */
public final class EngineAdvice {
  private EngineAdvice() {}

  /** Returns the context to make the engine with, and sets the parameters, which are its alone. */
  @Advice.OnMethodEnter(inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static SSLContext enter(
      @Advice.Argument(0) SSLContext context,
      @Advice.Argument(1) @Nullable String host,
      @Advice.Argument(3) SSLParameters parameters)
      throws SSLException {
    return Endpoints.context(context, host, parameters);
  }
}
