/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.testing.ApplicationTls;
import dev.weft.agent.testing.TestClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** OkHttp as its users use it. */
final class OkClient implements TestClient {
  private final OkHttpClient client;

  OkClient(boolean followsRedirects) {
    client = new OkHttpClient.Builder().followRedirects(followsRedirects).build();
  }

  OkClient(ApplicationTls tls) {
    client =
        new OkHttpClient.Builder()
            .sslSocketFactory(tls.client().getSocketFactory(), tls.trust())
            .hostnameVerifier((host, session) -> true)
            .build();
  }

  @Override
  public Response send(Request request) throws IOException {
    return response(call(request).execute());
  }

  @Override
  public CompletableFuture<Response> sendAsync(Request request) {
    Call call = call(request);
    CompletableFuture<Response> future =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterrupt) {
            call.cancel();
            return super.cancel(mayInterrupt);
          }
        };
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call failed, IOException e) {
            future.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call answered, okhttp3.Response response) throws IOException {
            future.complete(response(response));
          }
        });
    return future;
  }

  @Override
  public InputStream open(Request request) throws IOException {
    return body(call(request).execute()).byteStream();
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }

  private Call call(Request request) {
    okhttp3.Request.Builder builder =
        new okhttp3.Request.Builder()
            .url(request.uri().toString())
            .method(request.method(), request.body() == null ? null : new TextBody(request));
    request.headers().forEach(builder::header);
    Call call = client.newCall(builder.build());
    if (request.timeout() != null) {
      call.timeout().timeout(request.timeout().toNanos(), TimeUnit.NANOSECONDS);
    }
    return call;
  }

  private static Response response(okhttp3.Response response) throws IOException {
    try (ResponseBody body = body(response)) {
      Map<String, List<String>> headers = new TreeMap<>();
      response
          .headers()
          .toMultimap()
          .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
      return new Response(response.code(), headers, body.string());
    }
  }

  /** Returns the body, which every response of a call has but its type does not say. */
  private static ResponseBody body(okhttp3.Response response) {
    return Objects.requireNonNull(response.body());
  }

  private static final class TextBody extends RequestBody {
    private final Request request;

    TextBody(Request request) {
      this.request = request;
    }

    @Override
    public @Nullable MediaType contentType() {
      return null;
    }

    @Override
    public boolean isOneShot() {
      return !request.isReplayable();
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.writeString(Objects.requireNonNull(request.body()), UTF_8);
    }
  }
}
