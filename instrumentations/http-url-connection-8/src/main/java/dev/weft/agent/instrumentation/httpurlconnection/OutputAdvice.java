/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;
import sun.net.www.protocol.http.HttpURLConnection;

/** After {@code HttpURLConnection.getOutputStream()}, which connects. */
public final class OutputAdvice {
  private OutputAdvice() {}

  /** Tells that a streamed body has begun, or that the attempt is over. */
  @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class, inline = false)
  public static void exit(
      @Advice.This HttpURLConnection connection, @Advice.Thrown @Nullable Throwable thrown) {
    Exchange exchange = Exchanges.of(connection);
    if (exchange == null) {
      return;
    }
    if (thrown != null) {
      exchange.failed();
    } else if (connection.streaming()) {
      exchange.bodyIsWritten();
    }
  }
}
