/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body that nobody wants, so that its connection can be used again, but gives a long one up
 * with its connection. Its own body is null.
 */
final class DiscardingSubscriber<T> implements BodySubscriber<T> {
  private static final long LIMIT_BYTES = 64 * 1024;

  private final CompletableFuture<@Nullable T> body = new CompletableFuture<>();
  private Flow.@Nullable Subscription subscription;
  private long bytes;

  @Override
  @SuppressWarnings("NullAway") // the library hands the null on to us only
  public CompletionStage<T> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    bytes += item.stream().mapToLong(Buffer::remaining).sum();
    if (bytes > LIMIT_BYTES && subscription != null) {
      subscription.cancel();
      body.complete(null);
    }
  }

  @Override
  public void onError(Throwable throwable) {
    body.complete(null);
  }

  @Override
  public void onComplete() {
    body.complete(null);
  }
}
