/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.testing.ApplicationTls;
import dev.weft.agent.testing.TestClient;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** The JDK's client as its users use it. */
final class JdkClient implements TestClient {
  private final HttpClient client;

  JdkClient(HttpClient.Version version, boolean followsRedirects) {
    client =
        HttpClient.newBuilder()
            .version(version)
            .followRedirects(
                followsRedirects ? HttpClient.Redirect.NORMAL : HttpClient.Redirect.NEVER)
            .build();
  }

  JdkClient(ApplicationTls tls) {
    client = HttpClient.newBuilder().sslContext(tls.client()).build();
  }

  @Override
  public Response send(Request request) throws Exception {
    return response(client.send(jdk(request), BodyHandlers.ofString()));
  }

  @Override
  public CompletableFuture<Response> sendAsync(Request request) {
    return client.sendAsync(jdk(request), BodyHandlers.ofString()).thenApply(JdkClient::response);
  }

  @Override
  public InputStream open(Request request) throws Exception {
    return client.send(jdk(request), BodyHandlers.ofInputStream()).body();
  }

  @Override
  public void close() {} // it has no such method on JDK 17; it ends when nobody holds it

  private static HttpRequest jdk(Request request) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri());
    String body = request.body();
    if (body == null) {
      builder.method(request.method(), BodyPublishers.noBody());
    } else if (request.isReplayable()) {
      builder.method(request.method(), BodyPublishers.ofString(body));
    } else {
      builder.method(
          request.method(),
          BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes(UTF_8))));
    }
    request.headers().forEach(builder::header);
    if (request.timeout() != null) {
      builder.timeout(request.timeout());
    }
    return builder.build();
  }

  private static Response response(HttpResponse<String> response) {
    return new Response(response.statusCode(), response.headers().map(), response.body());
  }
}
