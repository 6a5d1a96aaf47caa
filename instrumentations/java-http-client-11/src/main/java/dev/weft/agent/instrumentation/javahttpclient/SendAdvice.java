/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * Around {@code HttpClientImpl.send}. Its exceptions are the library's own, so none is suppressed.
 */
public final class SendAdvice {
  private SendAdvice() {}

  /** Returns the response if the mesh carried the call out; null to let the library do it. */
  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class, inline = false)
  public static @Nullable Object enter(
      @Advice.This HttpClient client,
      @Advice.Argument(0) @Nullable HttpRequest request,
      @Advice.Argument(1) HttpResponse.@Nullable BodyHandler<?> handler)
      throws IOException, InterruptedException {
    Hop hop = Hop.first(client, request, handler);
    return hop == null || handler == null ? null : new BlockingCall<>(client, handler).run(hop);
  }

  /** Returns the mesh's response, else the library's. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable HttpResponse<?> exit(
      @Advice.Enter @Nullable Object response, @Advice.Return @Nullable HttpResponse<?> returned) {
    return response == null ? returned : (HttpResponse<?>) response;
  }
}
