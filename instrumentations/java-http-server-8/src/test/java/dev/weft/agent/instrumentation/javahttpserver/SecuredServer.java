/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.InboundEngine;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.RequestReader;
import dev.weft.agent.seam.ServerTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A woven server of an application that knows plaintext only: it answers with the request's body, or
 * {@code hello} if it has none. Remembers who called.
 */
final class SecuredServer implements InboundEngine, AutoCloseable {
  private final HttpServer server;
  private final ThreadPoolExecutor threads =
      (ThreadPoolExecutor) Executors.newCachedThreadPool();
  private final List<Peer> peers = new CopyOnWriteArrayList<>();
  private volatile @Nullable ServerTls tls;

  SecuredServer(@Nullable ServerTls tls) throws IOException {
    this.tls = tls;
    Inbound.install(this);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
    server.setExecutor(threads);
    server.createContext("/", SecuredServer::answer);
    server.start();
  }

  private static void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    byte[] answer = body.length == 0 ? "hello".getBytes(StandardCharsets.US_ASCII) : body;
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  /** Returns who made each request that the application was to see. */
  List<Peer> peers() {
    return peers;
  }

  /** Returns how many threads serve a connection now. */
  int busyThreads() {
    return threads.getActiveCount();
  }

  void speak(@Nullable ServerTls newTls) {
    tls = newTls;
  }

  @Override
  public void listening(String hook, int port, String protocol) {
    // The ports are for others to watch.
  }

  @Override
  public void closed(int port) {
    // The ports are for others to watch.
  }

  @Override
  public <Q> @Nullable InboundCall begin(Q request, RequestReader<Q> reader, Peer peer) {
    peers.add(peer);
    return null;
  }

  @Override
  public @Nullable ServerTls tls(int port) {
    return tls;
  }

  @Override
  public void close() {
    Inbound.install(null);
    server.stop(0);
    threads.shutdownNow();
  }
}
