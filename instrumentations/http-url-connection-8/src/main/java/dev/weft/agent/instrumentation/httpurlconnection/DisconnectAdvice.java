/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import net.bytebuddy.asm.Advice;
import sun.net.www.protocol.http.HttpURLConnection;

/** Before {@code HttpURLConnection.disconnect()}, which may come from any thread. */
public final class DisconnectAdvice {
  private DisconnectAdvice() {}

  /** Ends the attempt. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(@Advice.This HttpURLConnection connection) {
    Exchange exchange = Exchanges.of(connection);
    if (exchange != null) {
      exchange.disconnected();
    }
  }
}
