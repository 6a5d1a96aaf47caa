/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Passes a body on to the application's subscriber, as whose subscription it poses, and tells the
 * attempt how the body ended.
 */
final class TrackedSubscriber<T> implements BodySubscriber<T>, Flow.Subscription {
  private final BodySubscriber<T> inner;
  private final Attempt attempt;
  private volatile Flow.@Nullable Subscription subscription;

  TrackedSubscriber(BodySubscriber<T> inner, Attempt attempt) {
    this.inner = inner;
    this.attempt = attempt;
  }

  BodySubscriber<T> inner() {
    return inner;
  }

  @Override
  public CompletionStage<T> getBody() {
    return inner.getBody();
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    if (subscription == null) {
      subscription = newSubscription;
      inner.onSubscribe(this);
    } else {
      inner.onSubscribe(newSubscription); // against the rules: theirs to refuse
    }
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    inner.onNext(item);
  }

  @Override
  public void onError(Throwable throwable) {
    attempt.end(Failures.isCancellation(throwable) ? Ending.CANCELLED : Ending.BROKEN);
    inner.onError(throwable);
  }

  @Override
  public void onComplete() {
    attempt.end(Ending.COMPLETE);
    inner.onComplete();
  }

  @Override
  public void request(long n) {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.request(n);
    }
  }

  @Override
  public void cancel() {
    attempt.end(Ending.CANCELLED);
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }
}
