/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.apps.caller;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * {@code GET /call?url=…&n=…} makes that many GET calls over one client, whose connections are kept
 * alive, and answers how often each body came: {@code {"v1":90,"v2":10}}. A status other than 200
 * counts as {@code "status 503"}, a failure as the exception's name and message. Request headers
 * that start with {@code x-} are passed on. {@code GET /latency?url=…&n=…} answers how long the
 * calls took, in microseconds, in the order of their length: the median and the 99th of a hundred.
 *
 * <p>Settings: {@code PORT}, {@code HOST}.
 */
public final class PlainCaller {
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private PlainCaller() {}

  /** Serves until the process ends. */
  public static void main(String[] arguments) throws IOException {
    PlainCaller caller = new PlainCaller();
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(
                System.getenv().getOrDefault("HOST", "127.0.0.1"),
                Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"))),
            0);
    server.createContext("/call", caller::call);
    server.createContext("/latency", caller::latency);
    server.createContext("/health", exchange -> send(exchange, "{\"status\":\"UP\"}"));
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
  }

  private void call(HttpExchange exchange) throws IOException {
    Map<String, String> query = query(exchange);
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(query.getOrDefault("url", "http://localhost")))
            .timeout(Duration.ofSeconds(10));
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (name.startsWith("X-")) {
                builder.setHeader(name, values.get(0));
              }
            });
    HttpRequest request = builder.build();
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = Integer.parseInt(query.getOrDefault("n", "1")); i > 0; i--) {
      counts.merge(answer(request), 1, Integer::sum);
    }
    send(
        exchange,
        counts.entrySet().stream()
            .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
            .collect(Collectors.joining(",", "{", "}")));
  }

  private void latency(HttpExchange exchange) throws IOException {
    Map<String, String> query = query(exchange);
    HttpRequest request = HttpRequest.newBuilder(URI.create(query.get("url"))).build();
    long[] micros = new long[Integer.parseInt(query.getOrDefault("n", "100"))];
    for (int i = 0; i < micros.length; i++) {
      long began = System.nanoTime();
      answer(request);
      micros[i] = (System.nanoTime() - began) / 1_000;
    }
    Arrays.sort(micros);
    send(
        exchange,
        "{\"p50\":%d,\"p99\":%d}"
            .formatted(micros[micros.length / 2], micros[micros.length * 99 / 100]));
  }

  private String answer(HttpRequest request) {
    try {
      HttpResponse<String> response =
          client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      return response.statusCode() == 200
          ? response.body().strip().replace('"', '\'')
          : "status " + response.statusCode();
    } catch (IOException e) {
      return e.getClass().getSimpleName() + " " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private static Map<String, String> query(HttpExchange exchange) {
    String raw = exchange.getRequestURI().getRawQuery();
    return Arrays.stream((raw == null ? "" : raw).split("&", -1))
        .map(pair -> pair.split("=", 2))
        .filter(pair -> pair.length == 2)
        .collect(
            Collectors.toMap(
                pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
  }

  private static void send(HttpExchange exchange, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }
}
