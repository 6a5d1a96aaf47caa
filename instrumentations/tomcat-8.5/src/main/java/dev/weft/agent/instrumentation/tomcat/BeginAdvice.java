/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.Inbound;
import net.bytebuddy.asm.Advice;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;

/**
 * Before a request is parsed for the container. What parses it returns false if it has been
 * answered: then the adapter finishes the response and the application never hears of it.
 */
public final class BeginAdvice {
  private static final int UNAVAILABLE = 503;

  private BeginAdvice() {}

  /**
   * Begins the request; true skips the method, which then returns false. A fault of ours answers
   * 503 where something is guarded, and lets the request through elsewhere; what is thrown becomes
   * 500.
   */
  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class, inline = false)
  public static boolean enter(
      @Advice.Argument(1) Request request, @Advice.Argument(3) Response response) {
    try {
      return Requests.isAnswered(request, response);
    } catch (Throwable e) {
      if (!Inbound.failed(TomcatModule.HOOK, request.getCoyoteRequest().getLocalPort(), e)) {
        return false;
      }
      response.getCoyoteResponse().setStatus(UNAVAILABLE);
      return true;
    }
  }
}
