/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.SecuredSocketChannel;
import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** After {@code NioChannel.getIOChannel}: selectors and addresses need the real one. */
public final class RealChannelAdvice {
  private RealChannelAdvice() {}

  /** Returns the connection's own channel. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable SocketChannel exit(@Advice.Return @Nullable SocketChannel channel) {
    return channel instanceof SecuredSocketChannel secured ? secured.real() : channel;
  }
}
