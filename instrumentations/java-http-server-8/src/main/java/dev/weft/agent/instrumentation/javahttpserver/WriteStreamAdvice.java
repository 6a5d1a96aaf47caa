/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;

/** On the way out of the constructor of the stream that a plaintext connection is written by. */
public final class WriteStreamAdvice {
  private WriteStreamAdvice() {}

  /** Returns what the stream shall write to. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("channel"))
  public static SocketChannel exit(@Advice.FieldValue("channel") SocketChannel channel) {
    return Connections.toWrite(channel);
  }
}
