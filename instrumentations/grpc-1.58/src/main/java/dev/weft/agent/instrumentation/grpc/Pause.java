/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.Context;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Some time between two steps of a call, which takes no thread. It ends when the time is over, or
 * when the context that the application made the call in is cancelled. Thread-safe.
 */
final class Pause implements Context.CancellationListener {
  private final Context context;
  private final Runnable cancelled;
  private final CompletableFuture<@Nullable Void> timer = new CompletableFuture<>();

  private Pause(Context context, Runnable cancelled) {
    this.context = context;
    this.cancelled = cancelled;
  }

  /**
   * Starts a pause.
   *
   * @param over called on a timer thread, which it must not keep
   * @param cancelled called on any thread, at once if the context is cancelled already
   */
  static Pause start(Context context, long nanos, Runnable over, Runnable cancelled) {
    Pause pause = new Pause(context, cancelled);
    CompletableFuture<?> unused = pause.timer.thenRun(over);
    pause.timer.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
    context.addListener(pause, Runnable::run);
    return pause;
  }

  /** Ends the pause without a call of what was given, unless one is under way. */
  void end() {
    timer.cancel(false);
    context.removeListener(this);
  }

  @Override
  public void cancelled(Context cancelledContext) {
    cancelled.run();
  }
}
