/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.SecuredSocketChannel;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Before {@code NioChannel.close}, which in old versions closes the real channel beneath ours. */
public final class CloseChannelAdvice {
  private CloseChannelAdvice() {}

  /** Says farewell and closes. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static void enter(@Advice.FieldValue("sc") @Nullable SocketChannel channel)
      throws IOException {
    if (channel instanceof SecuredSocketChannel secured) {
      secured.close();
    }
  }
}
