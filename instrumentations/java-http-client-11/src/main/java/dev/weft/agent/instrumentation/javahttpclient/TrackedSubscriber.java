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

/** Passes a body on to the application's subscriber and tells the attempt how it ended. */
final class TrackedSubscriber<T> implements BodySubscriber<T> {
  private final BodySubscriber<T> inner;
  private final Attempt attempt;

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
  public void onSubscribe(Flow.Subscription subscription) {
    inner.onSubscribe(new Tracked(subscription));
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

  private final class Tracked implements Flow.Subscription {
    private final Flow.Subscription subscription;

    Tracked(Flow.Subscription subscription) {
      this.subscription = subscription;
    }

    @Override
    public void request(long n) {
      subscription.request(n);
    }

    @Override
    public void cancel() {
      attempt.end(Ending.CANCELLED);
      subscription.cancel();
    }
  }
}
