/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import com.sun.net.httpserver.HttpsExchange;
import dev.weft.agent.seam.HeaderWriter;
import dev.weft.agent.seam.InboundCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** An exchange with other request headers: those of the library cannot be changed. */
final class ChangedExchange extends HttpExchange {
  private final HttpExchange exchange;
  private final Headers requestHeaders;

  private ChangedExchange(HttpExchange exchange, Headers requestHeaders) {
    this.exchange = exchange;
    this.requestHeaders = requestHeaders;
  }

  /** Returns the exchange with the headers that the application is to see. */
  static HttpExchange of(HttpExchange exchange, InboundCall call) {
    Headers headers = new Headers();
    headers.putAll(exchange.getRequestHeaders());
    call.mutateRequest(headers, Writer.INSTANCE);
    return exchange instanceof HttpsExchange https
        ? new ChangedHttpsExchange(https, headers)
        : new ChangedExchange(exchange, headers);
  }

  @Override
  public Headers getRequestHeaders() {
    return requestHeaders;
  }

  @Override
  public Headers getResponseHeaders() {
    return exchange.getResponseHeaders();
  }

  @Override
  public URI getRequestURI() {
    return exchange.getRequestURI();
  }

  @Override
  public String getRequestMethod() {
    return exchange.getRequestMethod();
  }

  @Override
  public HttpContext getHttpContext() {
    return exchange.getHttpContext();
  }

  @Override
  public void close() {
    exchange.close();
  }

  @Override
  public InputStream getRequestBody() {
    return exchange.getRequestBody();
  }

  @Override
  public OutputStream getResponseBody() {
    return exchange.getResponseBody();
  }

  @Override
  public void sendResponseHeaders(int status, long length) throws IOException {
    exchange.sendResponseHeaders(status, length);
  }

  @Override
  public InetSocketAddress getRemoteAddress() {
    return exchange.getRemoteAddress();
  }

  @Override
  public int getResponseCode() {
    return exchange.getResponseCode();
  }

  @Override
  public InetSocketAddress getLocalAddress() {
    return exchange.getLocalAddress();
  }

  @Override
  public String getProtocol() {
    return exchange.getProtocol();
  }

  @Override
  public @Nullable Object getAttribute(String name) {
    return exchange.getAttribute(name);
  }

  @Override
  public void setAttribute(String name, @Nullable Object value) {
    exchange.setAttribute(name, value);
  }

  @Override
  public void setStreams(@Nullable InputStream in, @Nullable OutputStream out) {
    exchange.setStreams(in, out);
  }

  @Override
  public @Nullable HttpPrincipal getPrincipal() {
    return exchange.getPrincipal();
  }

  private static final class Writer implements HeaderWriter<Headers> {
    static final Writer INSTANCE = new Writer();

    @Override
    public void set(Headers headers, String name, String value) {
      headers.set(name, value);
    }

    @Override
    public void add(Headers headers, String name, String value) {
      headers.add(name, value);
    }

    @Override
    public void remove(Headers headers, String name) {
      headers.remove(name);
    }
  }
}
