/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Before {@code HttpConnection.setParameters}: the first request of a connection has come. */
public final class ConnectionAdvice {
  private ConnectionAdvice() {}

  /** Returns the engine for the connection to keep. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(3))
  public static @Nullable SSLEngine enter(
      @Advice.Argument(2) @Nullable SocketChannel channel,
      @Advice.Argument(3) @Nullable SSLEngine engine) {
    return engine == null ? Connections.engine(channel) : engine;
  }
}
