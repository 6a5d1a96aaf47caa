/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import java.io.IOException;
import java.net.Socket;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;
import sun.net.www.http.HttpClient;

/**
 * Around {@code NetworkClient.doConnect(String, int)}: a reply needs no connection, and one that
 * the mesh secures is handed out in TLS. What that throws is meant for the application, so it is
 * not suppressed.
 */
public final class SocketAdvice {
  private SocketAdvice() {}

  /** Returns a socket to read a reply from; null to connect. */
  @Advice.OnMethodEnter(
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class,
      inline = false)
  public static @Nullable Socket enter(@Advice.Argument(0) @Nullable String server) {
    return server == null ? null : Replies.connect(server);
  }

  /** Returns the socket to use. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToReturned
  public static Socket exit(
      @Advice.This Object client,
      @Advice.Enter @Nullable Socket reply,
      @Advice.Return Socket socket)
      throws IOException {
    return reply != null
        ? reply
        : Secured.over(client instanceof HttpClient http ? http : null, socket);
  }
}
