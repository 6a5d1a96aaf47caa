/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * On the way out of the constructor by which the library copies a request. The copy is what its
 * threads see; its field {@code authority}, which the library uses only for requests without a URI,
 * keeps what the attempt needs.
 */
public final class RequestCopyAdvice {
  private RequestCopyAdvice() {}

  /** Returns what the field shall hold. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("authority"))
  public static @Nullable InetSocketAddress exit(
      @Advice.This HttpRequest copy,
      @Advice.Argument(0) HttpRequest request,
      @Advice.FieldValue("authority") @Nullable InetSocketAddress authority) {
    if (!(request instanceof AttemptRequest attempt)) {
      return authority;
    }
    if (attempt.isWebSocket()) {
      WebSockets.mark(copy);
    }
    return attempt.carrier();
  }
}
