/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.http.HttpRequest;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * Around {@code RedirectFilter.response}, which returns the request to send next or null. For calls
 * that we carry out it is always null: {@link Redirects} follows, so that the mesh decides anew.
 */
public final class RedirectAdvice {
  private RedirectAdvice() {}

  /** Returns true, which skips the filter, if the call is ours. */
  @Advice.OnMethodEnter(
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class,
      inline = false)
  public static boolean enter(@Advice.FieldValue("request") @Nullable HttpRequest request) {
    return request != null && AttemptCarrier.of(request) != null;
  }
}
