/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import net.bytebuddy.asm.Advice;
import okhttp3.Call;

/**
 * After {@code CallConnectionUser(RealCall, ...)}, which stands for a call in OkHttp 5.0 to 5.2.
 */
public final class ConnectionUserAdvice {
  private ConnectionUserAdvice() {}

  /** Makes the call's exchange known by this object, too. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  public static void exit(@Advice.This Object user, @Advice.Argument(0) Call call) {
    Exchange exchange = Exchange.of(call);
    if (exchange != null) {
      exchange.alias(user);
    }
  }
}
