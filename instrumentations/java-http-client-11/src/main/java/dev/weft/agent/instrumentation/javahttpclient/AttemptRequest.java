/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The request of one attempt: the application's own, with the attempt's headers and time limit. Its
 * URI stays the application's, so that cookies, credentials and spans see the logical name; where
 * it goes and what the first line says is put right below ({@link AttemptCarrier}).
 */
final class AttemptRequest extends HttpRequest {
  private final HttpRequest logical;
  private final @Nullable Attempt attempt;
  private final long limitNanos;
  private final AttemptCarrier carrier;

  /**
   * @param attempt null for a call that the mesh does not manage but whose redirects it watches
   * @param limitNanos how long response headers may take; 0: as long as they like
   */
  AttemptRequest(HttpRequest logical, @Nullable Attempt attempt, long limitNanos) {
    this.logical = logical;
    this.attempt = attempt;
    this.limitNanos = limitNanos;
    carrier = AttemptCarrier.of(attempt);
  }

  boolean isWebSocket() {
    return WebSockets.isHandshake(logical);
  }

  AttemptCarrier carrier() {
    return carrier;
  }

  @Override
  public HttpHeaders headers() {
    // Asked anew each time: upstream adds the span's context to what the application's own request
    // answers.
    HttpHeaders headers = logical.headers();
    if (attempt == null || !attempt.mutatesRequest()) {
      return headers;
    }
    MutableHeaders mutable = new MutableHeaders(headers);
    attempt.mutateRequest(mutable, MutableHeaders.WRITER);
    carrier.name(mutable.takeHost());
    return mutable.toRequestHeaders();
  }

  @Override
  public Optional<Duration> timeout() {
    return limitNanos == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(limitNanos));
  }

  @Override
  public Optional<BodyPublisher> bodyPublisher() {
    return logical.bodyPublisher();
  }

  @Override
  public String method() {
    return logical.method();
  }

  @Override
  public boolean expectContinue() {
    return logical.expectContinue();
  }

  @Override
  public URI uri() {
    return logical.uri();
  }

  @Override
  public Optional<HttpClient.Version> version() {
    return logical.version();
  }
}
