/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.seam.Outbound;
import java.io.IOException;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * Around {@code HttpClient.parseHTTP(MessageHeader, ..., HttpURLConnection)}, which waits for
 * response headers. Its exceptions are meant for the application, so none is suppressed.
 */
public final class ParseAdvice {
  private ParseAdvice() {}

  /** Returns what the method would have returned; null to go on. */
  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class, inline = false)
  public static @Nullable Object enter(
      @Advice.This HttpClient client, @Advice.AllArguments Object[] arguments) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) arguments[arguments.length - 1];
    Exchange exchange;
    try {
      exchange = Exchanges.of(connection);
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(HttpUrlConnectionModule.HOOK, "parseHTTP", e);
      return null;
    }
    return exchange == null ? null : exchange.parse(client, connection, arguments);
  }

  /** Returns whether the response is HTTP. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  @Advice.AssignReturned.AsScalar(skipOnDefaultValue = false)
  public static boolean exit(
      @Advice.Enter @Nullable Object parsed, @Advice.Return boolean returned) {
    return parsed instanceof Boolean ours ? ours : returned;
  }
}
