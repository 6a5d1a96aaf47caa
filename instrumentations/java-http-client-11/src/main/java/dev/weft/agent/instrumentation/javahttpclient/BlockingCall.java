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
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Carries out one {@code send}: hop by hop, attempt by attempt, on the caller's thread. Each
 * attempt is a {@code send} of the library, so that its exceptions are the library's own. Used by
 * one thread.
 */
final class BlockingCall<T> {
  private final HttpClient client;
  private final BodyHandler<T> handler;
  private final @Nullable Redirects redirects;
  private @Nullable HttpResponse<T> previous;
  private @Nullable HttpRequest following;

  BlockingCall(HttpClient client, BodyHandler<T> handler) {
    this.client = client;
    this.handler = handler;
    this.redirects = Redirects.of(client);
  }

  HttpResponse<T> run(Hop first) throws IOException, InterruptedException {
    Hop hop = first;
    while (true) {
      HttpResponse<T> response = carryOut(hop);
      HttpRequest next = following;
      if (next == null) {
        return response;
      }
      following = null;
      previous = response;
      hop = Hop.following(client, next);
    }
  }

  private HttpResponse<T> carryOut(Hop hop) throws IOException, InterruptedException {
    Call call = hop.call();
    while (true) {
      Step step = call == null ? null : call.next();
      if (call != null && step != null) {
        pause(hop, call, step, step.delayNanos());
      }
      if (step instanceof Reply reply) {
        return answer(hop, reply);
      }
      if (step instanceof Refuse refuse) {
        throw new IOException(refuse.reason());
      }
      Attempt attempt = (Attempt) step;
      if (attempt != null) {
        Shadow.send(client, hop, attempt);
      }
      AttemptRun<T> run = new AttemptRun<>(hop, attempt, handler, redirects);
      HttpResponse<T> response = send(run);
      if (response != null) {
        return response;
      }
      if (call != null) {
        pause(hop, call, null, run.waitNanos());
      }
    }
  }

  /** Returns the response to go on with, or null if the attempt shall be followed by another. */
  @SuppressWarnings("try") // the scope is only entered and left
  private @Nullable HttpResponse<T> send(AttemptRun<T> run)
      throws IOException, InterruptedException {
    try (AttemptScopes.Scope known = run.enter()) {
      IOException refusal = run.refusal();
      if (refusal != null) {
        throw refusal;
      }
      HttpResponse<T> response = client.send(run.request(), run);
      if (run.waitNanos() >= 0) {
        return null;
      }
      following = run.following();
      return run.deliver(response, previous);
    } catch (Throwable e) {
      if (run.failed(e) < 0) {
        throw e;
      }
      return null;
    }
  }

  private HttpResponse<T> answer(Hop hop, Reply reply) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    HttpRequest request = hop.request();
    HttpHeaders headers = ReplyResponse.headers(reply);
    try {
      following = Redirects.next(redirects, request, reply.status(), headers);
      T body =
          following == null ? ReplyResponse.read(reply, headers, request, handler).get() : null;
      return new ReplyResponse<>(reply.status(), request, headers, body, previous);
    } catch (ExecutionException e) {
      throw Failures.asThrownBySend(Failures.unwrap(e));
    } catch (RuntimeException e) {
      throw Failures.asThrownBySend(e);
    }
  }

  /** Waits as a policy orders, but no longer than the application is ready to. */
  private void pause(Hop hop, Call call, @Nullable Step step, long nanos)
      throws InterruptedException, HttpTimeoutException {
    if (nanos <= 0) {
      return;
    }
    boolean tooLong = hop.endsWithin(nanos);
    long end = System.nanoTime() + (tooLong ? hop.remainingNanos() : nanos);
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(this, left);
      if (Thread.interrupted()) {
        Hop.giveUp(call, step, Failure.CANCELLED);
        throw new InterruptedException();
      }
    }
    if (tooLong) {
      Hop.giveUp(call, step, Failure.APPLICATION_TIMEOUT);
      throw new HttpTimeoutException("request timed out");
    }
  }
}
