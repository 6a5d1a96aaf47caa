/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.RequestReader;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How {@link HttpRequest} says things. */
final class RequestView implements RequestReader<HttpRequest> {
  static final RequestView INSTANCE = new RequestView();

  /**
   * The publishers that produce the same bytes again. Not {@code ofInputStream}: a supplier may
   * well return the same stream twice.
   */
  private static final Set<String> REPLAYABLE =
      Set.of(
          "jdk.internal.net.http.RequestPublishers$ByteArrayPublisher",
          "jdk.internal.net.http.RequestPublishers$EmptyPublisher",
          "jdk.internal.net.http.RequestPublishers$FilePublisher",
          "jdk.internal.net.http.RequestPublishers$IterablePublisher",
          "jdk.internal.net.http.RequestPublishers$StringPublisher");

  private RequestView() {}

  @Override
  public @Nullable String host(HttpRequest request) {
    return request.uri().getHost();
  }

  @Override
  public int port(HttpRequest request) {
    int port = request.uri().getPort();
    return port == -1 ? 80 : port;
  }

  @Override
  public String method(HttpRequest request) {
    return request.method();
  }

  @Override
  public String path(HttpRequest request) {
    URI uri = request.uri();
    String path = uri.getRawPath();
    if (path == null || path.isEmpty()) {
      path = "/";
    }
    String query = uri.getRawQuery();
    return query == null ? path : path + '?' + query;
  }

  @Override
  public @Nullable String header(HttpRequest request, String name) {
    return joined(request.headers(), name);
  }

  @Override
  public boolean isReplayable(HttpRequest request) {
    if (WebSockets.isHandshake(request)) {
      return false; // a server that has seen it may have agreed to it
    }
    Optional<BodyPublisher> publisher = request.bodyPublisher();
    return publisher.isEmpty() || REPLAYABLE.contains(publisher.get().getClass().getName());
  }

  static @Nullable String joined(HttpHeaders headers, String name) {
    List<String> values = headers.allValues(name);
    return switch (values.size()) {
      case 0 -> null;
      case 1 -> values.get(0);
      default -> String.join(",", values);
    };
  }
}
