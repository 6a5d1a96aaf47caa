/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.http.HttpRequest;
import net.bytebuddy.asm.Advice;

/** After {@code Http1Request.requestURI}: the attempt's path goes into the request line. */
public final class Http1PathAdvice {
  private Http1PathAdvice() {}

  /** Returns the attempt's path with query, else the URI's. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static String exit(
      @Advice.FieldValue("request") HttpRequest request, @Advice.Return String path) {
    AttemptCarrier carrier = AttemptCarrier.of(request);
    return carrier == null ? path : carrier.path(path);
  }
}
