/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.testing;

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
public final class LocalServer implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final Set<Integer> connections = ConcurrentHashMap.newKeySet();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile HttpHandler handler;

  /** Starts it on a free port; its name is its usual answer. */
  public LocalServer(String name) throws IOException {
    this(name, HttpServer.create());
  }

  /** Starts it in TLS, as above. */
  public LocalServer(String name, MeshTls tls) throws IOException {
    this(name, tls.server());
  }

  private LocalServer(String name, HttpServer server) throws IOException {
    this.handler = exchange -> answer(exchange, 200, name);
    this.server = server;
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
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

  /** Returns where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Returns the requests that came, as {@code METHOD host/path}. */
  public List<String> requests() {
    return requests;
  }

  /** Returns how many connections requests came over. */
  public int connections() {
    return connections.size();
  }

  /** Answers requests from now on by a handler. */
  public void handle(HttpHandler newHandler) {
    handler = newHandler;
  }

  /** Reads the request to its end and answers it. */
  public static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Answers with {@code got} and the request's body. */
  public static void echo(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    answer(exchange, 200, "got " + new String(body, StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
