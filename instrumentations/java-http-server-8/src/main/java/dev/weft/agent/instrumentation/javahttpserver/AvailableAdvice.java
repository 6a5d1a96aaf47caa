/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import dev.weft.agent.seam.SecuredSocketChannel;
import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;

/**
 * After {@code ReadStream.available}, by which the library knows that the next request has come
 * with the one before: it must not wait for bytes that have been read already.
 */
public final class AvailableAdvice {
  private AvailableAdvice() {}

  /** Returns how much can be read, with what is buffered below; as it was at the end. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static int exit(
      @Advice.FieldValue("channel") SocketChannel channel, @Advice.Return int available) {
    return available >= 0 && channel instanceof SecuredSocketChannel secured
        ? available + secured.sniffed().buffered()
        : available;
  }
}
