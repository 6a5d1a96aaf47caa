/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A library's client as its users use it, with its own pool of connections. Thread-safe.
 *
 * <p>Failures are the library's own exceptions, not wrapped.
 */
public interface TestClient extends AutoCloseable {
  /** Sends and reads the whole response. */
  Response send(Request request) throws Exception;

  /**
   * Sends without blocking. Cancelling the future is what cancelling a call is in the library.
   *
   * @throws UnsupportedOperationException if the library has no such calls
   */
  CompletableFuture<Response> sendAsync(Request request);

  /** Sends and returns the body as soon as the response's headers are there. */
  InputStream open(Request request) throws Exception;

  @Override
  void close();

  /**
   * A request.
   *
   * @param method the method
   * @param uri where to
   * @param headers by name
   * @param body sent as UTF-8; null for none
   * @param isReplayable whether the body is given in a form that the library can send twice
   * @param timeout the application's own timeout; null for none
   */
  record Request(
      String method,
      URI uri,
      Map<String, String> headers,
      @Nullable String body,
      boolean isReplayable,
      @Nullable Duration timeout) {
    /** Returns a GET without headers. */
    public static Request get(String uri) {
      return new Request("GET", URI.create(uri), Map.of(), null, true, null);
    }

    /** Returns a POST of a text that can be sent again. */
    public static Request post(String uri, String body) {
      return new Request("POST", URI.create(uri), Map.of(), body, true, null);
    }

    /** Returns it with a header. */
    public Request header(String name, String value) {
      Map<String, String> more = new LinkedHashMap<>(headers);
      more.put(name, value);
      return new Request(method, uri, more, body, isReplayable, timeout);
    }

    /** Returns it with a body that can be produced once only. */
    public Request once() {
      return new Request(method, uri, headers, body, false, timeout);
    }

    /** Returns it with the application's own timeout. */
    public Request timeout(Duration newTimeout) {
      return new Request(method, uri, headers, body, isReplayable, newTimeout);
    }
  }

  /**
   * A response.
   *
   * @param status the status
   * @param headers values by lower-case name
   * @param body the body as text
   */
  record Response(int status, Map<String, List<String>> headers, String body) {
    /** Returns a header's values, joined by commas; null if it is not there. */
    public @Nullable String header(String name) {
      List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
      return values == null ? null : String.join(",", values);
    }
  }
}
