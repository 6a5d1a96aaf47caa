/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.AttemptScopes;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Refuse;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.Step;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries out one {@code sendAsync}: hop by hop, attempt by attempt, each a {@code sendAsync} of
 * the library. The steps follow each other; between them the future of what is under way is in
 * {@code current}, for cancelling. Waits take no thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what a callback throws ends in guarded()
final class AsyncCall<T> {
  private final HttpClient client;
  private final @Nullable Object facade;
  private final BodyHandler<T> handler;
  private final @Nullable PushPromiseHandler<T> pushes;
  private final @Nullable Redirects redirects;
  private final Context context = Context.current();
  private final CallFuture<HttpResponse<T>> future = new CallFuture<>(this);
  private @Nullable HttpResponse<T> previous;
  private volatile @Nullable CompletableFuture<?> current;
  private volatile boolean cancelled;

  /**
   * @param facade what the application holds of the client: while it is reachable, the client runs
   */
  AsyncCall(
      HttpClient client,
      @Nullable Object facade,
      BodyHandler<T> handler,
      @Nullable PushPromiseHandler<T> pushes) {
    this(client, facade, handler, pushes, Redirects.of(client));
  }

  private AsyncCall(
      HttpClient client,
      @Nullable Object facade,
      BodyHandler<T> handler,
      @Nullable PushPromiseHandler<T> pushes,
      @Nullable Redirects redirects) {
    this.client = client;
    this.facade = facade;
    this.handler = handler;
    this.pushes = pushes;
    this.redirects = redirects;
  }

  /** Starts a call whose response nobody waits for, and whose redirects are not followed. */
  static void copy(HttpClient client, Hop hop) {
    new AsyncCall<Object>(client, null, info -> new DiscardingSubscriber<>(), null, null)
        .proceed(hop);
  }

  /** Starts; throws what the library throws at once for a request that it refuses. */
  CompletableFuture<HttpResponse<T>> start(Hop first) {
    proceed(first);
    return future;
  }

  /** Cancels what is under way, and what would follow. */
  private void cancel() {
    cancelled = true;
    CompletableFuture<?> underWay = current;
    if (underWay != null) {
      underWay.cancel(true);
    }
  }

  private void proceed(Hop hop) {
    Call call = hop.call();
    if (call == null) {
      send(hop, null);
      return;
    }
    Step step = call.next();
    pause(hop, call, step, step.delayNanos(), () -> carryOut(hop, step));
  }

  private void carryOut(Hop hop, Step step) {
    if (step instanceof Attempt attempt) {
      send(hop, attempt);
    } else if (step instanceof Reply reply) {
      answer(hop, reply);
    } else if (step instanceof Refuse refuse) {
      fail(new IOException(refuse.reason()));
    }
  }

  private void send(Hop hop, @Nullable Attempt attempt) {
    if (attempt != null) {
      Shadow.send(client, hop, attempt);
    }
    AttemptRun<T> run = new AttemptRun<>(hop, attempt, handler, redirects);
    CompletableFuture<HttpResponse<T>> sent;
    try {
      sent = context.wrapSupplier(() -> send(run)).get();
    } catch (Throwable e) {
      run.failed(e);
      throw e;
    }
    underWay(sent);
    sent.whenComplete((response, failure) -> guarded(() -> came(hop, run, response, failure)));
  }

  @SuppressWarnings("try") // the scope is only entered and left
  private CompletableFuture<HttpResponse<T>> send(AttemptRun<T> run) {
    IOException refusal = run.refusal();
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    try (AttemptScopes.Scope known = run.enter()) {
      return client.sendAsync(run.request(), run, pushes);
    }
  }

  private void came(
      Hop hop, AttemptRun<T> run, @Nullable HttpResponse<T> response, @Nullable Throwable failure) {
    Call call = hop.call();
    long waitNanos = failure == null ? run.waitNanos() : run.failed(failure);
    if (call != null && waitNanos >= 0) {
      pause(hop, call, null, waitNanos, () -> proceed(hop));
    } else if (failure != null) {
      complete(null, failure);
    } else if (response != null) {
      if (hop.isWebSocket() && run.following() != null) {
        WebSockets.close(response);
      }
      deliver(run.deliver(response, previous), run.following());
    }
  }

  private void answer(Hop hop, Reply reply) {
    HttpRequest request = hop.request();
    HttpHeaders headers = ReplyResponse.headers(reply);
    HttpRequest following = Redirects.next(redirects, request, reply.status(), headers);
    if (following != null) {
      deliver(new ReplyResponse<>(reply.status(), request, headers, null, previous), following);
      return;
    }
    CompletableFuture<T> body =
        CompletableFuture.supplyAsync(() -> ReplyResponse.read(reply, headers, request, handler))
            .thenCompose(Function.identity());
    underWay(body);
    body.whenComplete(
        (value, failure) ->
            answered(
                hop,
                new ReplyResponse<>(reply.status(), request, headers, value, previous),
                failure));
  }

  private void answered(Hop hop, HttpResponse<T> response, @Nullable Throwable failure) {
    if (failure == null && hop.isWebSocket()) {
      // As the library fails for every response but one; only it can make that one.
      fail(new WebSocketHandshakeException(response));
    } else {
      complete(response, failure);
    }
  }

  private void deliver(HttpResponse<T> response, @Nullable HttpRequest following) {
    if (following == null) {
      complete(response, null);
    } else {
      previous = response;
      proceed(Hop.following(client, following));
    }
  }

  /** Goes on after some time, unless the application cancels or its timeout runs out first. */
  private void pause(Hop hop, Call call, @Nullable Step step, long nanos, Runnable then) {
    if (cancelled) {
      Hop.giveUp(call, step, Failure.CANCELLED);
      fail(new CancellationException("Request cancelled"));
      return;
    }
    if (nanos <= 0) {
      then.run();
      return;
    }
    boolean tooLong = hop.endsWithin(nanos);
    CompletableFuture<@Nullable Void> timer = new CompletableFuture<>();
    timer.completeOnTimeout(null, tooLong ? hop.remainingNanos() : nanos, TimeUnit.NANOSECONDS);
    underWay(timer);
    timer.whenCompleteAsync(
        (nothing, cancellation) -> {
          if (cancellation != null) {
            Hop.giveUp(call, step, Failure.CANCELLED);
            fail(cancellation);
          } else if (tooLong) {
            Hop.giveUp(call, step, Failure.APPLICATION_TIMEOUT);
            fail(new HttpTimeoutException("request timed out"));
          } else {
            guarded(then);
          }
        });
  }

  private void underWay(CompletableFuture<?> newCurrent) {
    current = newCurrent;
    if (cancelled) {
      newCurrent.cancel(true);
    }
  }

  /** Runs a step on a thread where nobody would see what it throws. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | LinkageError e) {
      fail(e);
    }
  }

  private void fail(Throwable failure) {
    complete(null, new CompletionException(failure));
  }

  private void complete(@Nullable HttpResponse<T> response, @Nullable Throwable failure) {
    try {
      if (failure != null) {
        future.completeExceptionally(failure);
      } else if (response != null) {
        future.complete(response);
      }
    } finally {
      Reference.reachabilityFence(facade);
    }
  }

  /**
   * What the application holds. Like the library's own, it cancels the exchange when it is
   * cancelled with {@code true}, and so does every stage that depends on it.
   */
  static final class CallFuture<U> extends CompletableFuture<U> {
    private final AsyncCall<?> call;

    CallFuture(AsyncCall<?> call) {
      this.call = call;
    }

    @Override
    public <V> CompletableFuture<V> newIncompleteFuture() {
      return new CallFuture<>(call);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      // First the future, so that it is cancelled and not failed by the end of its exchange.
      boolean isCancelled = super.cancel(mayInterruptIfRunning);
      if (isCancelled && mayInterruptIfRunning) {
        call.cancel();
      }
      return isCancelled;
    }
  }
}
