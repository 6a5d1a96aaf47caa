/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.Inbound;
import java.nio.channels.Channel;
import net.bytebuddy.asm.Advice;

/**
 * Before an endpoint takes up a connection that it has accepted. What takes it up returns false if
 * it could not: then the connection is closed.
 */
public final class AcceptAdvice {
  private AcceptAdvice() {}

  /**
   * Prepares the connection; true skips the method, which then returns false. A fault of ours closes
   * it where something guards, and leaves its bytes alone elsewhere.
   */
  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class, inline = false)
  public static boolean enter(@Advice.This Object endpoint, @Advice.Argument(0) Channel socket) {
    try {
      return Connections.isRefused(endpoint, socket);
    } catch (Throwable e) {
      return Inbound.failed(TomcatModule.HOOK, 0, e);
    }
  }
}
