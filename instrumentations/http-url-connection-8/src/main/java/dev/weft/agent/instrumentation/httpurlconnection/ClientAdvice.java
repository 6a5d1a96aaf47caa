/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.seam.Outbound;
import java.io.IOException;
import java.net.Proxy;
import java.net.URL;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * Around {@code HttpClient.New}, which makes a client or takes a kept-alive one, once a hop. Its
 * exceptions are meant for the application, so none is suppressed.
 */
public final class ClientAdvice {
  private ClientAdvice() {}

  /** Returns the client to use in its stead; null to go on. */
  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class, inline = false)
  public static @Nullable HttpClient enter(
      @Advice.Argument(0) URL url,
      @Advice.Argument(1) @Nullable Proxy proxy,
      @Advice.Argument(2) int timeoutMillis,
      @Advice.Argument(3) boolean useCache,
      @Advice.Argument(4) @Nullable HttpURLConnection connection)
      throws IOException {
    if (connection == null) {
      return null;
    }
    Connect connect = null;
    Exchange exchange = null;
    try {
      if (!Target.isMarked(url)) {
        connect = new Connect(url, proxy, timeoutMillis, useCache, connection);
        exchange = Exchange.begin(connect);
      }
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(HttpUrlConnectionModule.HOOK, "begin", e);
    }
    return connect == null || exchange == null ? null : exchange.connect(connect);
  }

  /** Returns the client. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable HttpClient exit(
      @Advice.Enter @Nullable HttpClient ours, @Advice.Return @Nullable HttpClient client) {
    return ours == null ? client : ours;
  }
}
