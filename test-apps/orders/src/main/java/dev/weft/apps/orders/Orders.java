/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.apps.orders;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * The shop's orders, in memory: {@code GET /orders} lists them, {@code POST /orders} adds the one
 * in the body. Each answer says which version and instance gave it.
 *
 * <p>Settings: {@code PORT}, {@code HOST}, {@code VERSION}, and {@code FAIL_PERCENT}, the share of
 * requests that this release is so broken to answer with 503.
 */
public final class Orders {
  private final List<String> orders = new CopyOnWriteArrayList<>(List.of("tea", "two cups"));
  private final String version;
  private final String instance;
  private final int failPercent;

  private Orders(String version, String instance, int failPercent) {
    this.version = version;
    this.instance = instance;
    this.failPercent = failPercent;
  }

  /** Serves until the process ends. */
  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(setting("PORT", "8080"));
    Orders orders =
        new Orders(
            setting("VERSION", "v1"),
            "orders-" + port,
            Integer.parseInt(setting("FAIL_PERCENT", "0")));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(setting("HOST", "127.0.0.1"), port), 0);
    server.createContext("/orders", orders::answer);
    server.createContext("/health", exchange -> send(exchange, 200, "{\"status\":\"UP\"}"));
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (ThreadLocalRandom.current().nextInt(100) < failPercent) {
      send(exchange, 503, describe("\"error\":\"a bug in this release\""));
      return;
    }
    switch (exchange.getRequestMethod()) {
      case "GET" -> send(exchange, 200, describe(list()));
      case "POST" -> {
        orders.add(body);
        send(exchange, 201, describe(list()));
      }
      default -> send(exchange, 405, describe("\"error\":\"GET or POST\""));
    }
  }

  private String list() {
    return orders.stream().map(Orders::quote).collect(Collectors.joining(",", "\"orders\":[", "]"));
  }

  private String describe(String member) {
    return "{\"service\":\"orders\",\"version\":%s,\"instance\":%s,%s}"
        .formatted(quote(version), quote(instance), member);
  }

  private static String quote(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ') {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c == '"' || c == '\\' ? "\\" + c : c);
      }
    }
    return json.append('"').toString();
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String setting(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }
}
