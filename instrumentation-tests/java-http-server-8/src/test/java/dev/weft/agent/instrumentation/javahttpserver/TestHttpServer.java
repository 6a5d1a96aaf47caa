/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.agent.testing.HttpServerContract.Application;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The library's server with the contracts' application on any loopback port. */
final class TestHttpServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService executor = Executors.newCachedThreadPool();

  TestHttpServer(Application application) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    server.createContext("/", exchange -> answer(exchange, application));
    server.createContext(
        "/fail",
        exchange -> {
          throw new IllegalStateException("the application's own fault");
        });
    server.createContext(
        "/async", exchange -> executor.execute(() -> answerLater(exchange, application)));
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private static void answerLater(HttpExchange exchange, Application application) {
    try {
      answer(exchange, application);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(HttpExchange exchange, Application application) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    byte[] answer = application.handle(exchange.getRequestMethod(), body).getBytes(UTF_8);
    exchange.getResponseHeaders().set("x-app", "yes");
    copy(exchange, "x-subject", "x-subject");
    copy(exchange, "authorization", "x-authorization");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
      return;
    }
    exchange.sendResponseHeaders(200, answer.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(answer);
    }
  }

  private static void copy(HttpExchange exchange, String from, String to) {
    String value = exchange.getRequestHeaders().getFirst(from);
    if (value != null) {
      exchange.getResponseHeaders().set(to, value);
    }
  }
}
