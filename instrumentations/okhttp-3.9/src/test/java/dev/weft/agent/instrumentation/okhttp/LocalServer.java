/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP/1.1 server on loopback that answers with its name unless told otherwise. */
final class LocalServer implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final String name;
  private final Set<Integer> connections = ConcurrentHashMap.newKeySet();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile HttpHandler handler;

  LocalServer(String name) throws IOException {
    this.name = name;
    this.handler = exchange -> answer(exchange, 200, name);
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          connections.add(exchange.getRemoteAddress().getPort());
          requests.add(
              exchange.getRequestMethod()
                  + ' '
                  + exchange.getRequestHeaders().getFirst("Host")
                  + exchange.getRequestURI());
          handler.handle(exchange);
        });
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  String name() {
    return name;
  }

  /** Returns the requests that came, as {@code METHOD host/path}. */
  List<String> requests() {
    return requests;
  }

  /** Returns how many connections requests came over. */
  int connections() {
    return connections.size();
  }

  void handle(HttpHandler newHandler) {
    handler = newHandler;
  }

  static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
