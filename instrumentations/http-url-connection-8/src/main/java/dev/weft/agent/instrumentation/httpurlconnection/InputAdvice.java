/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import java.io.InputStream;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;
import sun.net.www.protocol.http.HttpURLConnection;

/** After {@code HttpURLConnection.getInputStream()}. */
public final class InputAdvice {
  private InputAdvice() {}

  /** Returns the body as the application reads it. */
  @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable InputStream exit(
      @Advice.This HttpURLConnection connection,
      @Advice.Return @Nullable InputStream stream,
      @Advice.Thrown @Nullable Throwable thrown) {
    Exchange exchange = Exchanges.of(connection);
    if (exchange == null) {
      return stream;
    }
    if (stream != null) {
      return exchange.body(stream);
    }
    if (connection.getErrorStream() == null) {
      exchange.failed();
    }
    return stream;
  }
}
