/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.tomcat.util.net.SendfileDataBase;
import org.apache.tomcat.util.net.SendfileState;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/** Around {@code processSendfile}, which has the system copy a file to the real channel. */
public final class SendfileAdvice {
  private SendfileAdvice() {}

  /** Returns null to let it; else what became of it. */
  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class, inline = false)
  public static @Nullable SendfileState enter(
      @Advice.This SocketWrapperBase<?> wrapper, @Advice.Argument(0) SendfileDataBase file) {
    return SentFiles.send(wrapper, file);
  }

  /** Returns what became of it. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable SendfileState exit(
      @Advice.Enter @Nullable SendfileState sent, @Advice.Return @Nullable SendfileState state) {
    return sent == null ? state : sent;
  }
}
