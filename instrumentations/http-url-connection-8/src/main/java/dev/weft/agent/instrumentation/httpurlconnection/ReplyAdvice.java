/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import java.net.Socket;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Around {@code NetworkClient.doConnect(String, int)}: a reply needs no connection. */
public final class ReplyAdvice {
  private ReplyAdvice() {}

  /** Returns a socket to read a reply from; null to connect. */
  @Advice.OnMethodEnter(
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class,
      inline = false)
  public static @Nullable Socket enter(@Advice.Argument(0) @Nullable String server) {
    return server == null ? null : Replies.connect(server);
  }

  /** Returns the socket. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable Socket exit(
      @Advice.Enter @Nullable Socket reply, @Advice.Return @Nullable Socket socket) {
    return reply == null ? socket : reply;
  }
}
