/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.seam.Outbound;
import net.bytebuddy.asm.Advice;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Around {@code OkHttpClient(Builder)}: every client gets the mesh's interceptors, once. */
public final class ClientAdvice {
  private ClientAdvice() {}

  /** Adds the interceptors before the client copies the builder's lists. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static @Nullable CallInterceptor enter(@Advice.Argument(0) OkHttpClient.Builder builder) {
    try {
      return CallInterceptor.addTo(builder);
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(CallInterceptor.HOOK, "a client goes without the mesh", e);
      return null;
    }
  }

  /** Tells the new client's interceptor whose it is. */
  @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
  public static void exit(
      @Advice.This OkHttpClient client, @Advice.Enter @Nullable CallInterceptor added) {
    if (added != null) {
      added.setClient(client);
    }
  }
}
