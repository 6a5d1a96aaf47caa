/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import java.io.InputStream;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;
import sun.net.www.protocol.http.HttpURLConnection;

/** After {@code HttpURLConnection.getErrorStream()}. */
public final class ErrorStreamAdvice {
  private ErrorStreamAdvice() {}

  /** Returns the body as the application reads it. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable InputStream exit(
      @Advice.This HttpURLConnection connection, @Advice.Return @Nullable InputStream stream) {
    Exchange exchange = stream == null ? null : Exchanges.of(connection);
    return exchange == null || stream == null ? stream : exchange.body(stream);
  }
}
