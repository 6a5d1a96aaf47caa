/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Outbound;
import dev.weft.agent.seam.Step;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way: the application's own, or one that follows a redirect, which the mesh
 * decides anew.
 */
final class Hop {
  static final String HOOK = "java-http-client-11";

  private final HttpRequest request;
  private final @Nullable Call call;
  private final boolean isWebSocket;

  /** When the application's own timeout runs out; 0 if it has none. */
  private final long endNanos;

  private Hop(HttpRequest request, @Nullable Call call) {
    this.request = request;
    this.call = call;
    this.isWebSocket = WebSockets.isHandshake(request);
    this.endNanos = request.timeout().map(Hop::fromNow).orElse(0L);
  }

  /**
   * Begins the application's call.
   *
   * @return null if the library shall carry it out alone: it is one of our own attempts, the mesh
   *     does not manage it and no redirect can lead to a host that it does, or we are at fault
   */
  static @Nullable Hop first(
      HttpClient client, @Nullable HttpRequest request, @Nullable Object handler) {
    if (request == null || handler == null || request instanceof AttemptRequest) {
      return null;
    }
    try {
      Call call = begin(client, request);
      if (call == null && client.followRedirects() == HttpClient.Redirect.NEVER) {
        return null;
      }
      return new Hop(request, call);
    } catch (RuntimeException | LinkageError e) {
      Outbound.failed(HOOK, "begin", e);
      return null;
    }
  }

  /** Begins the request that follows a redirect. */
  static Hop following(HttpClient client, HttpRequest request) {
    return new Hop(request, begin(client, request));
  }

  /** Returns a hop that sends the same request for another call. */
  Hop copiedTo(Call other) {
    return new Hop(request, other);
  }

  private static @Nullable Call begin(HttpClient client, HttpRequest request) {
    URI uri = request.uri();
    if (!"http".equalsIgnoreCase(uri.getScheme())) {
      return null;
    }
    return Proxies.apply(client, uri) ? null : Outbound.begin(request, RequestView.INSTANCE);
  }

  private static long fromNow(Duration timeout) {
    return Deadline.in(toNanos(timeout));
  }

  private static long toNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  HttpRequest request() {
    return request;
  }

  /** Returns the mesh's call; null if it does not manage this hop. */
  @Nullable Call call() {
    return call;
  }

  /** Returns whether this opens a WebSocket. */
  boolean isWebSocket() {
    return isWebSocket;
  }

  /** Returns what is left of the application's own timeout, at least 1; 0 if it has none. */
  long remainingNanos() {
    return Deadline.remainingNanos(endNanos);
  }

  /** Returns whether the application's own timeout runs out before a wait would be over. */
  boolean endsWithin(long waitNanos) {
    long remaining = remainingNanos();
    return remaining != 0 && remaining <= waitNanos;
  }

  /** Ends a call during a wait: before the given step, or between attempts if it is null. */
  static void giveUp(Call call, @Nullable Step step, Attempt.Failure why) {
    if (step instanceof Attempt attempt) {
      attempt.failed(why);
    } else {
      call.abandon();
    }
  }
}
