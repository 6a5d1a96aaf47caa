/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.HttpExchange;
import dev.weft.agent.seam.RequestReader;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How {@link HttpExchange} says things. */
final class ExchangeView implements RequestReader<HttpExchange> {
  static final ExchangeView INSTANCE = new ExchangeView();

  private ExchangeView() {}

  @Override
  public @Nullable String host(HttpExchange request) {
    String authority = authority(request);
    if (authority == null) {
      return null;
    }
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
  }

  @Override
  public @Nullable String authority(HttpExchange request) {
    // What the application goes by. The library takes //other/path for an authority and a path, but
    // leaves the header as it is.
    String header = request.getRequestHeaders().getFirst("Host");
    return header == null ? request.getRequestURI().getRawAuthority() : header;
  }

  @Override
  public int port(HttpExchange request) {
    return request.getLocalAddress().getPort();
  }

  @Override
  public String method(HttpExchange request) {
    return request.getRequestMethod();
  }

  @Override
  public String path(HttpExchange request) {
    URI uri = request.getRequestURI();
    String path = uri.getRawPath();
    if (path == null || path.isEmpty()) {
      path = "/";
    }
    String query = uri.getRawQuery();
    return query == null ? path : path + '?' + query;
  }

  @Override
  public @Nullable String header(HttpExchange request, String name) {
    List<String> values = request.getRequestHeaders().get(name);
    if (values == null || values.isEmpty()) {
      return null;
    }
    return values.size() == 1 ? values.get(0) : String.join(",", values);
  }

  @Override
  public boolean isMutable(HttpExchange request) {
    return true;
  }

  @Override
  public boolean isReplayable(HttpExchange request) {
    return false;
  }
}
