/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.seam.HeaderReader;
import dev.weft.agent.seam.HeaderWriter;
import dev.weft.agent.seam.RequestReader;
import java.net.URL;
import org.jspecify.annotations.Nullable;
import sun.net.www.MessageHeader;
import sun.net.www.protocol.http.HttpURLConnection;

/** How the JDK says host, path and headers. Stateless. */
final class RequestView implements RequestReader<ConnectionRef> {
  static final RequestView INSTANCE = new RequestView();

  /** Reads a response's headers. */
  static final HeaderReader<MessageHeader> RESPONSE = RequestView::joined;

  /** Changes the headers of a request or response. */
  static final HeaderWriter<MessageHeader> HEADERS =
      new HeaderWriter<>() {
        @Override
        public void set(MessageHeader headers, String name, String value) {
          remove(headers, name);
          headers.add(name, value);
        }

        @Override
        public void add(MessageHeader headers, String name, String value) {
          headers.add(name, value);
        }

        @Override
        public void remove(MessageHeader headers, String name) {
          while (headers.findValue(name) != null) {
            headers.remove(name);
          }
        }
      };

  private RequestView() {}

  @Override
  public String host(ConnectionRef request) {
    return request.url().getHost();
  }

  @Override
  public int port(ConnectionRef request) {
    return port(request.url());
  }

  @Override
  public String method(ConnectionRef request) {
    HttpURLConnection connection = request.get();
    return connection == null ? "GET" : connection.getRequestMethod();
  }

  @Override
  public String path(ConnectionRef request) {
    return path(request.url());
  }

  @Override
  public @Nullable String header(ConnectionRef request, String name) {
    HttpURLConnection connection = request.get();
    return connection == null ? null : connection.getRequestProperty(name);
  }

  /** Returns whether the JDK holds the whole body, or none of a streamed one has been written. */
  @Override
  public boolean isReplayable(ConnectionRef request) {
    HttpURLConnection connection = request.get();
    if (connection == null || !connection.streaming()) {
      return true;
    }
    Exchange exchange = Exchanges.of(connection);
    return exchange == null || !exchange.isBodyWritten();
  }

  private static int port(URL url) {
    int port = url.getPort();
    return port < 0 ? url.getDefaultPort() : port;
  }

  private static String path(URL url) {
    String file = url.getFile();
    if (file.isEmpty()) {
      return "/";
    }
    return file.charAt(0) == '?' ? '/' + file : file;
  }

  private static @Nullable String joined(MessageHeader headers, String name) {
    String value = null;
    for (int i = 0; i < Integer.MAX_VALUE; i++) {
      String key = headers.getKey(i);
      String next = headers.getValue(i);
      if (key == null && next == null) {
        return value;
      }
      if (name.equalsIgnoreCase(key)) {
        value = value == null ? next : value + ',' + next;
      }
    }
    return value;
  }
}
