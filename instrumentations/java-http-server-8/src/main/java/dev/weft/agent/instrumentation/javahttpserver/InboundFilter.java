/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.Reply;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Asks the mesh about each request, and answers in the application's place if it says so. */
final class InboundFilter extends Filter {
  private static final int UNAVAILABLE = 503;

  @Override
  public String description() {
    return "weft";
  }

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    InboundCall call = null;
    try {
      call = Inbound.begin(exchange, ExchangeView.INSTANCE, peer(exchange));
    } catch (RuntimeException | LinkageError e) {
      if (Inbound.failed(Servers.HOOK, exchange.getLocalAddress().getPort(), e)) {
        exchange.sendResponseHeaders(UNAVAILABLE, -1);
        exchange.close();
        return;
      }
    }
    if (call == null) {
      chain.doFilter(exchange);
      return;
    }
    try {
      exchange.getRequestBody(); // the library wants it opened before streams are replaced
      exchange.setStreams(null, new EndOfResponse(exchange, call));
      Reply reply = call.reply();
      if (reply != null) {
        answer(exchange, reply);
      } else {
        chain.doFilter(call.changesRequest() ? ChangedExchange.of(exchange, call) : exchange);
      }
    } catch (Throwable e) {
      call.end(Math.max(0, exchange.getResponseCode()), -1);
      throw e;
    }
  }

  private static Peer peer(HttpExchange exchange) {
    InetSocketAddress local = exchange.getLocalAddress();
    return new Peer(
        Connections.spiffeId(exchange),
        address(exchange.getRemoteAddress()),
        address(local),
        local.getPort(),
        Connections.serverName(exchange));
  }

  private static @Nullable String address(@Nullable InetSocketAddress socket) {
    return socket == null || socket.getAddress() == null
        ? null
        : socket.getAddress().getHostAddress();
  }

  private static void answer(HttpExchange exchange, Reply reply) throws IOException {
    pause(reply.delayNanos());
    Headers headers = exchange.getResponseHeaders();
    for (Map.Entry<String, String> header : reply.headers()) {
      headers.add(header.getKey(), header.getValue());
    }
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    boolean isHead = exchange.getRequestMethod().equals("HEAD");
    if (isHead || body.length == 0) {
      exchange.sendResponseHeaders(reply.status(), -1);
    } else {
      exchange.sendResponseHeaders(reply.status(), body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static void pause(long nanos) throws InterruptedIOException {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted during an injected delay");
      }
    }
  }
}
