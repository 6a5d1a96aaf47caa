/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authentication;

import dev.weft.agent.engine.authorization.InboundRequest;
import dev.weft.agent.engine.config.JwtFilter;
import dev.weft.agent.engine.match.QueryParameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the tokens of one issuer in a request. Immutable. */
final class TokenPlaces {
  private final List<JwtFilter.TokenHeader> headers;
  private final List<String> parameters;
  private final List<String> cookies;

  TokenPlaces(JwtFilter.Provider provider) {
    headers = provider.headers();
    parameters = provider.parameters();
    cookies = provider.cookies();
  }

  /** Returns the tokens that there are, in the order of their places; mostly none or one. */
  List<Found> find(InboundRequest request) {
    List<Found> found = new ArrayList<>(1);
    for (JwtFilter.TokenHeader header : headers) {
      String value = request.header(header.name());
      String token = value == null ? null : afterPrefix(value, header.prefix());
      if (token != null) {
        found.add(new Found(token, header.name()));
      }
    }
    for (String parameter : parameters) {
      String path = request.rawPath();
      int start = QueryParameter.start(path, parameter);
      if (start >= 0) {
        found.add(new Found(path.substring(start, QueryParameter.end(path, start)), ""));
      }
    }
    String cookie = cookies.isEmpty() ? null : request.header("cookie");
    for (String name : cookies) {
      String token = cookie == null ? null : cookie(cookie, name);
      if (token != null) {
        found.add(new Found(token, ""));
      }
    }
    return found;
  }

  private static @Nullable String afterPrefix(String value, String prefix) {
    return value.regionMatches(true, 0, prefix, 0, prefix.length())
        ? value.substring(prefix.length()).strip()
        : null;
  }

  private static @Nullable String cookie(String cookies, String name) {
    for (String cookie : cookies.split(";", -1)) {
      int equals = cookie.indexOf('=');
      if (equals > 0 && cookie.substring(0, equals).strip().equals(name)) {
        return cookie.substring(equals + 1).strip();
      }
    }
    return null;
  }

  /**
   * A token.
   *
   * @param header the header that it stands in; empty if it stands elsewhere
   */
  record Found(String token, String header) {}
}
