/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.testing.ApplicationTls;
import dev.weft.agent.testing.TestClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * HttpURLConnection as its users use it: one for each request.
 *
 * @param tls what the application sets for {@code https}; null to leave it as it is
 */
record UrlClient(boolean followsRedirects, @Nullable ApplicationTls tls) implements TestClient {
  @Override
  public Response send(Request request) throws IOException {
    HttpURLConnection connection = sent(request);
    int status = connection.getResponseCode();
    try (InputStream body = body(connection)) {
      return new Response(status, headers(connection), new String(body.readAllBytes(), UTF_8));
    }
  }

  @Override
  public CompletableFuture<Response> sendAsync(Request request) {
    throw new UnsupportedOperationException("every call blocks");
  }

  @Override
  public InputStream open(Request request) throws IOException {
    return body(sent(request));
  }

  @Override
  public void close() {} // connections are kept alive by the JDK, for everybody

  private HttpURLConnection sent(Request request) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) request.uri().toURL().openConnection();
    connection.setInstanceFollowRedirects(followsRedirects);
    if (tls != null && connection instanceof HttpsURLConnection secured) {
      secured.setSSLSocketFactory(tls.client().getSocketFactory());
      secured.setHostnameVerifier((host, session) -> true);
    }
    connection.setRequestMethod(request.method());
    request.headers().forEach(connection::setRequestProperty);
    if (request.timeout() != null) {
      int millis = (int) request.timeout().toMillis();
      connection.setConnectTimeout(millis);
      connection.setReadTimeout(millis);
    }
    if (request.body() != null) {
      if (!request.isReplayable()) {
        connection.setChunkedStreamingMode(0);
      }
      connection.setDoOutput(true);
      try (OutputStream out = connection.getOutputStream()) {
        out.write(request.body().getBytes(UTF_8));
      }
    }
    return connection;
  }

  private static InputStream body(HttpURLConnection connection) throws IOException {
    if (connection.getResponseCode() < 400) {
      return connection.getInputStream();
    }
    InputStream body = connection.getErrorStream();
    return body == null ? InputStream.nullInputStream() : body;
  }

  private static Map<String, List<String>> headers(HttpURLConnection connection) {
    Map<String, List<String>> headers = new TreeMap<>();
    connection
        .getHeaderFields()
        .forEach(
            (name, values) -> {
              if (name != null) { // the status line
                headers.put(name.toLowerCase(Locale.ROOT), values);
              }
            });
    return headers;
  }
}
