/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import net.bytebuddy.asm.Advice;

/** After {@code Stream.createPseudoHeaders}: the attempt's {@code :authority} and {@code :path}. */
public final class Http2HeadersAdvice {
  private Http2HeadersAdvice() {}

  /** Returns the attempt's pseudo headers, else the library's. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static HttpHeaders exit(
      @Advice.Argument(0) HttpRequest request, @Advice.Return HttpHeaders pseudoHeaders) {
    AttemptCarrier carrier = AttemptCarrier.of(request);
    return carrier == null ? pseudoHeaders : carrier.pseudoHeaders(pseudoHeaders);
  }
}
