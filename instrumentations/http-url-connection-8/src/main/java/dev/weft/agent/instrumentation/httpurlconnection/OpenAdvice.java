/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import java.net.URL;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/** Before {@code HttpClient.openServer(String, int)}, which connects. */
public final class OpenAdvice {
  private OpenAdvice() {}

  /** Returns host and port of the attempt's endpoint; null for the URL's. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToArguments({
    @Advice.AssignReturned.ToArguments.ToArgument(
        value = 0,
        index = 0,
        typing = Assigner.Typing.DYNAMIC),
    @Advice.AssignReturned.ToArguments.ToArgument(
        value = 1,
        index = 1,
        typing = Assigner.Typing.DYNAMIC)
  })
  public static Object @Nullable [] enter(
      @Advice.FieldValue("url") URL url, @Advice.Argument(1) int port) {
    if (!Target.isMarked(url)) {
      return null;
    }
    String server = Target.server(url);
    return server == null ? null : new Object[] {server, Target.port(url, port)};
  }
}
