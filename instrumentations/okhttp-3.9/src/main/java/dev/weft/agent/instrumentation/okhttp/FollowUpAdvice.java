/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import net.bytebuddy.asm.Advice;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Around {@code RetryAndFollowUpInterceptor.followUpRequest}, which makes the request that follows
 * a response. It goes to {@link CallInterceptor}, so that the mesh decides each hop anew.
 */
public final class FollowUpAdvice {
  private FollowUpAdvice() {}

  /** Returns the response with the one before it, by which authenticators count their tries. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static Response enter(@Advice.Argument(0) Response response) {
    return FollowUps.withPrior(response);
  }

  /** Returns null for a follow-up that is left to us. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  @Advice.AssignReturned.AsScalar(skipOnDefaultValue = false)
  public static @Nullable Request exit(
      @Advice.Argument(0) Response response, @Advice.Return @Nullable Request followUp) {
    return followUp == null ? null : FollowUps.keep(response, followUp);
  }
}
