/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The library's response with what the application must see otherwise: its own request, changed
 * headers, the redirects that led here. Immutable.
 */
final class DeliveredResponse<T> implements HttpResponse<T> {
  private final HttpResponse<T> response;
  private final HttpRequest request;
  private final @Nullable HttpHeaders headers;
  private final @Nullable HttpResponse<T> previous;

  DeliveredResponse(
      HttpResponse<T> response,
      HttpRequest request,
      @Nullable HttpHeaders headers,
      @Nullable HttpResponse<T> previous) {
    this.response = response;
    this.request = request;
    this.headers = headers;
    this.previous = previous;
  }

  @Override
  public int statusCode() {
    return response.statusCode();
  }

  @Override
  public HttpRequest request() {
    return request;
  }

  @Override
  public Optional<HttpResponse<T>> previousResponse() {
    return previous == null ? response.previousResponse() : Optional.of(previous);
  }

  @Override
  public HttpHeaders headers() {
    return headers == null ? response.headers() : headers;
  }

  @Override
  public T body() {
    return response.body();
  }

  @Override
  public Optional<SSLSession> sslSession() {
    return response.sslSession();
  }

  @Override
  public URI uri() {
    return response.uri();
  }

  @Override
  public HttpClient.Version version() {
    return response.version();
  }

  @Override
  public String toString() {
    return "(" + request.method() + " " + uri() + ") " + statusCode();
  }
}
