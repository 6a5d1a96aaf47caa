/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.AbstractProtocol;

/** Before a connector's protocol is paused, as a graceful shutdown does first, or stopped. */
public final class CloseAdvice {
  private CloseAdvice() {}

  /** Reports the port. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(@Advice.This AbstractProtocol<?> protocol) {
    Ports.closing(protocol);
  }
}
