/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.AbstractProtocol;

/** After a connector's protocol has been started or resumed: it accepts connections. */
public final class OpenAdvice {
  private OpenAdvice() {}

  /** Reports the port. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  public static void exit(@Advice.This AbstractProtocol<?> protocol) {
    Ports.opened(protocol);
  }
}
