/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import java.nio.channels.AsynchronousSocketChannel;
import net.bytebuddy.asm.Advice;

/** After a {@code Nio2Channel} has been given the connection that it is to read and write. */
public final class AsynchronousChannelAdvice {
  private AsynchronousChannelAdvice() {}

  /** Returns what it shall read and write. What it throws fails the connection. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("sc"))
  public static AsynchronousSocketChannel exit(
      @Advice.FieldValue("sc") AsynchronousSocketChannel channel) {
    return Connections.toUse(channel);
  }
}
