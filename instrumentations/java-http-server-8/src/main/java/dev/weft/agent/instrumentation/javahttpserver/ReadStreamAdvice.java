/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** On the way out of the constructor of the stream that a plaintext connection is read by. */
public final class ReadStreamAdvice {
  private ReadStreamAdvice() {}

  /**
   * Returns what the stream shall read from. What it throws fails the connection: it is not let in
   * unguarded.
   */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("channel"))
  public static SocketChannel exit(
      @Advice.FieldValue("server") @Nullable Object server,
      @Advice.FieldValue("channel") SocketChannel channel) {
    return Connections.toRead(server, channel);
  }
}
