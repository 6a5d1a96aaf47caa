/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.InetSocketAddress;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * After {@code HttpRequestImpl.secure}, by which the library chooses pool and kind of connection:
 * an attempt that the mesh secures is, although its URI says {@code http}.
 */
public final class SecureAdvice {
  private SecureAdvice() {}

  /** Returns whether the connection is one of TLS. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToReturned
  public static boolean exit(
      @Advice.FieldValue("authority") @Nullable InetSocketAddress authority,
      @Advice.Return boolean secure) {
    return secure || (authority instanceof AttemptCarrier carrier && carrier.isSecured());
  }
}
