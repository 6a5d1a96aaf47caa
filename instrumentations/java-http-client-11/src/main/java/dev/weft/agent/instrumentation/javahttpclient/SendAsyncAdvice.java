/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.lang.ref.WeakReference;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Around {@code HttpClientImpl.sendAsync}, which both public overloads end in. */
public final class SendAsyncAdvice {
  private SendAsyncAdvice() {}

  /** Returns the future if the mesh carries the call out; null to let the library do it. */
  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class, inline = false)
  @SuppressWarnings({"unchecked", "rawtypes"}) // the two handlers are of the same type
  public static @Nullable Object enter(
      @Advice.This HttpClient client,
      @Advice.FieldValue("facadeRef") WeakReference<?> facade,
      @Advice.Argument(0) @Nullable HttpRequest request,
      @Advice.Argument(1) HttpResponse.@Nullable BodyHandler<?> handler,
      @Advice.Argument(2) HttpResponse.@Nullable PushPromiseHandler<?> pushes) {
    Hop hop = Hop.first(client, request, handler);
    return hop == null || handler == null
        ? null
        : new AsyncCall(client, facade.get(), handler, pushes).start(hop);
  }

  /** Returns the mesh's future, else the library's. */
  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable CompletableFuture<?> exit(
      @Advice.Enter @Nullable Object future,
      @Advice.Return @Nullable CompletableFuture<?> returned) {
    return future == null ? returned : (CompletableFuture<?>) future;
  }
}
