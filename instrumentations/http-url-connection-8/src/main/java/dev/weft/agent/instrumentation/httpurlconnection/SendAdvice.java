/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;
import sun.net.www.MessageHeader;

/** Before {@code HttpClient.writeRequests(MessageHeader, PosterOutputStream, boolean)}. */
public final class SendAdvice {
  private SendAdvice() {}

  /** Returns the headers as the attempt changes them; null: unchanged. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static @Nullable MessageHeader enter(@Advice.Argument(0) MessageHeader headers) {
    return Wire.changed(headers);
  }
}
