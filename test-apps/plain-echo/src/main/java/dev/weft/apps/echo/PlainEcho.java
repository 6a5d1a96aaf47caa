/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.apps.echo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * {@code /version} answers the version, {@code /status/<code>} that status, and any other path what
 * was asked: method, path with query, and headers, a line each.
 *
 * <p>Settings: {@code PORT}, {@code HOST}, {@code VERSION}.
 */
public final class PlainEcho {
  private final String version;

  private PlainEcho(String version) {
    this.version = version;
  }

  /** Serves until the process ends. */
  public static void main(String[] arguments) throws IOException {
    PlainEcho echo = new PlainEcho(System.getenv().getOrDefault("VERSION", "v1"));
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(
                System.getenv().getOrDefault("HOST", "127.0.0.1"),
                Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"))),
            0);
    server.createContext("/", echo::echo);
    server.createContext("/version", exchange -> send(exchange, 200, echo.version));
    server.createContext(
        "/status/",
        exchange ->
            send(
                exchange,
                Integer.parseInt(exchange.getRequestURI().getPath().substring("/status/".length())),
                echo.version));
    server.createContext("/health", exchange -> send(exchange, 200, "up"));
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
  }

  private void echo(HttpExchange exchange) throws IOException {
    StringBuilder answer = new StringBuilder();
    answer.append("version: ").append(version).append('\n');
    answer.append(exchange.getRequestMethod()).append(' ').append(exchange.getRequestURI());
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> answer.append('\n').append(name).append(": ").append(values));
    exchange.getRequestBody().readAllBytes();
    send(exchange, 200, answer.toString());
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }
}
