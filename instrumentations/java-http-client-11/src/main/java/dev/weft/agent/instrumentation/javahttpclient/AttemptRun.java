/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.AttemptScopes;
import dev.weft.agent.seam.Outbound;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import org.jspecify.annotations.Nullable;

/**
 * One attempt under way: the request to send, the handler that hears of its response first, and the
 * attempt's life cycle. Sees to it that the attempt is ended exactly once, whatever the library
 * does. Keeps what it needs of its hop and not the hop: one that stays on its caller's thread costs
 * compiled code no object.
 */
final class AttemptRun<T> implements BodyHandler<T> {
  private final HttpRequest logical;
  private final @Nullable Attempt attempt;
  private final BodyHandler<T> handler;
  private final @Nullable Redirects redirects;

  /** When the time for response headers runs out; 0 if they may take as long as they like. */
  private final long endNanos;

  private final boolean limitIsTheApplications;
  private final boolean isWebSocket;

  // Written where the library calls the handler, read after its call or future has completed.
  private volatile boolean headersCame;
  private long waitNanos = Attempt.DELIVER;
  private @Nullable HttpRequest following;
  private @Nullable HttpHeaders shownHeaders;

  AttemptRun(
      Hop hop, @Nullable Attempt attempt, BodyHandler<T> handler, @Nullable Redirects redirects) {
    this.logical = hop.request();
    this.isWebSocket = hop.isWebSocket();
    this.attempt = attempt;
    this.handler = handler;
    this.redirects = redirects;
    long own = attempt == null ? 0 : attempt.timeoutNanos();
    long applications = hop.remainingNanos();
    this.limitIsTheApplications = applications != 0 && (own == 0 || applications <= own);
    this.endNanos = Deadline.in(limitIsTheApplications ? applications : own);
  }

  /** Returns the request to hand to the library. */
  AttemptRequest request() {
    return new AttemptRequest(logical, attempt, Deadline.remainingNanos(endNanos));
  }

  /** Returns why it must not be handed to the library: it would not be secured. Else null. */
  @Nullable IOException refusal() {
    return attempt == null ? null : AttemptCarrier.refusal(attempt);
  }

  /** Makes the attempt known to tracing while the library is told to send it. */
  AttemptScopes.Scope enter() {
    return attempt == null ? AttemptScopes.Scope.NONE : Outbound.enter(attempt);
  }

  @Override
  public @Nullable BodySubscriber<T> apply(ResponseInfo info) {
    headersCame = true;
    if (attempt != null) {
      waitNanos = attempt.headers(info.statusCode(), -1, info, InfoReader.INSTANCE);
      if (waitNanos >= 0) {
        return new DiscardingSubscriber<>();
      }
    }
    try {
      ResponseInfo shown = shown(info);
      following = Redirects.next(redirects, logical, shown.statusCode(), shown.headers());
      if (following != null) {
        return tracked(new DiscardingSubscriber<>());
      }
      BodySubscriber<T> subscriber = handler.apply(shown);
      return subscriber == null ? null : tracked(subscriber);
    } catch (Throwable e) {
      end(Ending.CANCELLED);
      throw e;
    }
  }

  /** Returns how long to wait before the next attempt, in nanoseconds; negative: deliver. */
  long waitNanos() {
    return waitNanos;
  }

  /** Returns the request that follows a redirect; null if this response is to be delivered. */
  @Nullable HttpRequest following() {
    return following;
  }

  /**
   * Tells that the library failed the attempt.
   *
   * @return how long to wait before the next attempt, in nanoseconds; negative: the application
   *     sees the failure
   */
  long failed(Throwable failure) {
    if (attempt == null) {
      return Attempt.DELIVER;
    }
    if (headersCame) {
      end(Failures.isCancellation(failure) ? Ending.CANCELLED : Ending.BROKEN);
      return waitNanos; // a retry that was ordered does not depend on the discarded body
    }
    boolean limitReached = Deadline.isOver(endNanos);
    waitNanos = attempt.failed(Failures.of(failure, limitReached, limitIsTheApplications));
    return waitNanos;
  }

  /** Returns the response as the application shall see it. */
  HttpResponse<T> deliver(HttpResponse<T> response, @Nullable HttpResponse<T> previous) {
    // A WebSocket gets at its connection through the library's own response.
    if ((attempt == null && previous == null) || isWebSocket) {
      return response;
    }
    boolean changed = shownHeaders != null || (attempt != null && attempt.mutatesRequest());
    return changed || previous != null
        ? new DeliveredResponse<>(response, logical, shownHeaders, previous)
        : response;
  }

  private ResponseInfo shown(ResponseInfo info) {
    if (attempt == null || !attempt.mutatesResponse()) {
      return info;
    }
    MutableHeaders mutable = new MutableHeaders(info.headers());
    attempt.mutateResponse(mutable, MutableHeaders.WRITER);
    HttpHeaders headers = mutable.toHeaders();
    shownHeaders = headers;
    return new ShownInfo(info.statusCode(), headers, info.version());
  }

  private BodySubscriber<T> tracked(BodySubscriber<T> subscriber) {
    return attempt == null ? subscriber : new TrackedSubscriber<>(subscriber, attempt);
  }

  private void end(Ending ending) {
    if (attempt != null) {
      attempt.end(ending);
    }
  }

  private record ShownInfo(
      int statusCode, HttpHeaders headers, java.net.http.HttpClient.Version version)
      implements ResponseInfo {}
}
