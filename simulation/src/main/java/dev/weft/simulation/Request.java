/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A request that nobody sends.
 *
 * @param method in upper case
 * @param host without the port
 * @param port 1 to 65535
 * @param path with the query, starts with {@code /}
 * @param headers by name in lower case
 */
public record Request(
    String method, String host, int port, String path, Map<String, String> headers) {
  private static final int HTTP_PORT = 80;

  /** Copies the headers, their names in lower case. */
  public Request {
    Map<String, String> lower = new TreeMap<>();
    headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
    headers = Map.copyOf(lower);
  }

  /**
   * Returns a request for a URL.
   *
   * @param url {@code http://host[:port][/path][?query]}; the scheme may be left out
   * @throws IllegalArgumentException if it is no such URL; {@code https} is none: what the
   *     application encrypts itself is not managed
   */
  public static Request of(String method, String url, Map<String, String> headers) {
    String whole = url.contains("://") ? url : "http://" + url;
    URI uri;
    try {
      uri = new URI(whole);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(url + " (expected: a URL): " + e.getReason(), e);
    }
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
      throw new IllegalArgumentException(url + " (expected: http://host[:port]/path)");
    }
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return new Request(
        method.toUpperCase(Locale.ROOT),
        uri.getHost(),
        uri.getPort() < 0 ? HTTP_PORT : uri.getPort(),
        uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery(),
        headers);
  }
}
