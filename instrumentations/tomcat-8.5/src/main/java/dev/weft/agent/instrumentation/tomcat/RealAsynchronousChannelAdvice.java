/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import java.nio.channels.AsynchronousSocketChannel;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** After {@code Nio2Channel.getIOChannel}: the library knows connections by the real one. */
public final class RealAsynchronousChannelAdvice {
  private RealAsynchronousChannelAdvice() {}

  /** Returns the connection's own channel. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable AsynchronousSocketChannel exit(
      @Advice.Return @Nullable AsynchronousSocketChannel channel) {
    return channel instanceof SecuredAsynchronousChannel secured ? secured.real() : channel;
  }
}
