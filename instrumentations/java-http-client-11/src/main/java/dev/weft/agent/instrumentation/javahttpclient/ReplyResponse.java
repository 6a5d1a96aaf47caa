/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Reply;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** An answer of the mesh as the application sees it: a response like any other. Immutable. */
record ReplyResponse<T>(
    int statusCode,
    HttpRequest request,
    HttpHeaders headers,
    @Nullable T body,
    @Nullable HttpResponse<T> previous)
    implements HttpResponse<T> {

  /** Returns the reply's headers with its content length. */
  static HttpHeaders headers(Reply reply) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (Map.Entry<String, String> header : reply.headers()) {
      headers.computeIfAbsent(header.getKey(), name -> new ArrayList<>()).add(header.getValue());
    }
    int length = reply.body().getBytes(StandardCharsets.UTF_8).length;
    headers.putIfAbsent("content-length", List.of(Integer.toString(length)));
    return HttpHeaders.of(headers, (name, value) -> true);
  }

  /** Returns the application's body of a reply, by its own handler. */
  static <T> CompletableFuture<T> read(
      Reply reply, HttpHeaders headers, HttpRequest request, BodyHandler<T> handler) {
    BodySubscriber<T> subscriber =
        handler.apply(new Info(reply.status(), headers, HttpClient.Version.HTTP_1_1));
    byte[] body =
        request.method().equals("HEAD")
            ? new byte[0]
            : reply.body().getBytes(StandardCharsets.UTF_8);
    subscriber.onSubscribe(new OneShot(subscriber, body));
    return subscriber.getBody().toCompletableFuture();
  }

  @Override
  public Optional<HttpResponse<T>> previousResponse() {
    return Optional.ofNullable(previous);
  }

  @Override
  public Optional<SSLSession> sslSession() {
    return Optional.empty();
  }

  @Override
  public URI uri() {
    return request.uri();
  }

  @Override
  public HttpClient.Version version() {
    return HttpClient.Version.HTTP_1_1;
  }

  private record Info(int statusCode, HttpHeaders headers, HttpClient.Version version)
      implements ResponseInfo {}

  /** Emits one body, when asked for anything. Used by one thread at a time, as the spec says. */
  private static final class OneShot implements Flow.Subscription {
    private final BodySubscriber<?> subscriber;
    private final byte[] body;
    private boolean done;

    OneShot(BodySubscriber<?> subscriber, byte[] body) {
      this.subscriber = subscriber;
      this.body = body;
    }

    @Override
    public void request(long n) {
      if (done) {
        return;
      }
      done = true;
      if (n <= 0) {
        subscriber.onError(new IllegalArgumentException("non-positive request: " + n));
        return;
      }
      if (body.length > 0) {
        subscriber.onNext(List.of(ByteBuffer.wrap(body).asReadOnlyBuffer()));
      }
      subscriber.onComplete();
    }

    @Override
    public void cancel() {
      done = true;
    }
  }
}
