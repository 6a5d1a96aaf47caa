/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.ManagedChannel;
import io.grpc.internal.ManagedChannelImplBuilder;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Around {@code ManagedChannelImplBuilder.build()}, which every transport's builder ends in. */
public final class ChannelBuildAdvice {
  private ChannelBuildAdvice() {}

  /** Prepares the builder; null: the channel stays untouched. */
  @Advice.OnMethodEnter(suppress = Throwable.class, inline = false)
  public static @Nullable Object enter(@Advice.This ManagedChannelImplBuilder builder) {
    return ChannelBuild.begin(builder);
  }

  /** Returns the channel to hand to the application. */
  @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class, inline = false)
  @Advice.AssignReturned.ToReturned
  public static @Nullable ManagedChannel exit(
      @Advice.Enter @Nullable Object build, @Advice.Return @Nullable ManagedChannel channel) {
    return build == null ? channel : ((ChannelBuild) build).end(channel);
  }
}
