/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.AbstractProtocol;

/** Around a connector's protocol being started or resumed, after which it accepts connections. */
public final class OpenAdvice {
  private OpenAdvice() {}

  /** Makes the endpoint known before it accepts the first one. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(
      @Advice.This AbstractProtocol<?> protocol, @Advice.FieldValue("endpoint") Object endpoint) {
    Ports.opening(protocol, endpoint);
  }

  /** Reports the port. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  public static void exit(
      @Advice.This AbstractProtocol<?> protocol, @Advice.FieldValue("endpoint") Object endpoint) {
    Ports.opened(protocol, endpoint);
  }
}
