/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import java.net.URL;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Before {@code KeepAliveCache.get} and {@code put}: the attempt's connection key is in theirs. */
public final class KeepAliveAdvice {
  private KeepAliveAdvice() {}

  /** Returns the second part of the cache's key; null to leave it as it is. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(1))
  public static @Nullable Object enter(@Advice.Argument(0) URL url) {
    return Target.connectionKey(url);
  }
}
