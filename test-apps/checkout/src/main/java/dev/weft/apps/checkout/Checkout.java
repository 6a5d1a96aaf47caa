/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.apps.checkout;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;

/**
 * The shop's checkout: {@code GET /checkout} answers what orders answers, asked through the JDK's
 * own HTTP client. The header {@code x-tester} is passed on.
 *
 * <p>Settings: {@code PORT}, {@code HOST}, {@code ORDERS_URL}.
 */
public final class Checkout {
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final URI orders;

  private Checkout(URI orders) {
    this.orders = orders;
  }

  /** Serves until the process ends. */
  public static void main(String[] arguments) throws IOException {
    Checkout checkout =
        new Checkout(URI.create(setting("ORDERS_URL", "http://orders") + "/orders"));
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(
                setting("HOST", "127.0.0.1"), Integer.parseInt(setting("PORT", "8080"))),
            0);
    server.createContext("/checkout", checkout::answer);
    server.createContext("/health", exchange -> send(exchange, 200, "{\"status\":\"UP\"}"));
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(orders).timeout(Duration.ofSeconds(5));
    String tester = exchange.getRequestHeaders().getFirst("x-tester");
    if (tester != null) {
      request.header("x-tester", tester);
    }
    try {
      HttpResponse<String> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      send(exchange, answer.statusCode(), answer.body());
    } catch (IOException e) {
      send(exchange, 502, "orders did not answer: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      send(exchange, 503, "shutting down");
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String setting(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }
}
