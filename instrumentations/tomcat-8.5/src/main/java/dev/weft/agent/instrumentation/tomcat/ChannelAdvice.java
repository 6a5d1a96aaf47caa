/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;

/** After a {@code NioChannel} has been given the connection that it is to read and write. */
public final class ChannelAdvice {
  private ChannelAdvice() {}

  /** Returns what it shall read and write. What it throws fails the connection. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("sc"))
  public static SocketChannel exit(@Advice.FieldValue("sc") SocketChannel channel) {
    return Connections.toUse(channel);
  }
}
