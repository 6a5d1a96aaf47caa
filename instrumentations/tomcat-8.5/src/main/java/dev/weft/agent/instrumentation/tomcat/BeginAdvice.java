/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;

/**
 * Before a request is parsed for the container. What parses it returns false if it has been
 * answered: then the adapter finishes the response and the application never hears of it.
 */
public final class BeginAdvice {
  private BeginAdvice() {}

  /** Begins the request; true skips the method, which then returns false. */
  @Advice.OnMethodEnter(
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class,
      inline = false)
  public static boolean enter(
      @Advice.Argument(1) Request request, @Advice.Argument(3) Response response) {
    return Requests.isAnswered(request, response);
  }
}
