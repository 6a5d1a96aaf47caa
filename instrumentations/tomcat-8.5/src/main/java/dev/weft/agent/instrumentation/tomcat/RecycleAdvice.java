/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.Request;

/** Before a request object is made ready for the next request. */
public final class RecycleAdvice {
  private RecycleAdvice() {}

  /** Ends what has not ended: an asynchronous request whose connector was stopped under it. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(@Advice.This Request request) {
    Requests.recycled(request);
  }
}
