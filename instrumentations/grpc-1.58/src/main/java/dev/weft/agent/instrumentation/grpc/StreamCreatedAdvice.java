/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.Server;
import io.grpc.internal.ServerStream;
import net.bytebuddy.asm.Advice;

/** Around {@code streamCreated} of a server's connection, by which each call begins. */
public final class StreamCreatedAdvice {
  private StreamCreatedAdvice() {}

  /** Returns whether the call was refused, which skips the method. */
  @Advice.OnMethodEnter(
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class,
      inline = false)
  public static boolean enter(
      @Advice.FieldValue("this$0") Server server, @Advice.Argument(0) ServerStream stream) {
    return ServerGuard.refuses(server, stream);
  }
}
