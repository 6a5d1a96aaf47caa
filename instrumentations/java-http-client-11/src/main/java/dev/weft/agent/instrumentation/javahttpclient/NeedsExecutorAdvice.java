/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.http.HttpResponse;
import net.bytebuddy.asm.Advice;

/**
 * Before {@code TrustedSubscriber.needsExecutor}, which says whether a subscriber's {@code getBody}
 * may run on the selector's thread: asks about the subscriber that ours wraps. Without it, each
 * call that we carry out would pay a switch of threads more.
 */
public final class NeedsExecutorAdvice {
  private NeedsExecutorAdvice() {}

  /** Returns the subscriber to ask about. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static HttpResponse.BodySubscriber<?> enter(
      @Advice.Argument(0) HttpResponse.BodySubscriber<?> subscriber) {
    return subscriber instanceof TrackedSubscriber<?> tracked ? tracked.inner() : subscriber;
  }
}
