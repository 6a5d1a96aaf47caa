/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.http.HttpRequest;
import net.bytebuddy.asm.Advice;

/** After {@code Http1Request.hostString}: the attempt's authority is sent as Host. */
public final class Http1HostAdvice {
  private Http1HostAdvice() {}

  /** Returns the attempt's authority, else the URI's. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static String exit(
      @Advice.FieldValue("request") HttpRequest request, @Advice.Return String host) {
    AttemptCarrier carrier = AttemptCarrier.of(request);
    return carrier == null ? host : carrier.authority(host);
  }
}
