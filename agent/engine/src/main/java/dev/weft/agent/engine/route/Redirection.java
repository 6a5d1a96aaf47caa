/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.config.RouteAction.Redirect;
import dev.weft.agent.engine.match.PathMatcher;
import dev.weft.agent.engine.reply.GrpcStatus;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A route that answers with a redirect. Immutable. */
public final class Redirection {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final Redirect redirect;
  private final PathMatcher matcher;
  private final List<Map.Entry<String, String>> headers;

  Redirection(Redirect redirect, PathMatcher matcher, List<Map.Entry<String, String>> headers) {
    this.redirect = redirect;
    this.matcher = matcher;
    this.headers = headers;
  }

  /** Returns the answer to a request. */
  public <Q> Reply reply(Q request, RequestReader<Q> reader) {
    List<Map.Entry<String, String>> all = new ArrayList<>();
    all.add(Map.entry("location", location(request, reader)));
    all.addAll(headers);
    int status = redirect.status();
    return Replies.of(status, GrpcStatus.fromHttp(status), all, "", "");
  }

  private <Q> String location(Q request, RequestReader<Q> reader) {
    String scheme = redirect.scheme() == null ? "http" : redirect.scheme();
    String host = redirect.host() == null ? reader.host(request) : redirect.host();
    int defaultPort = scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
    int port = redirect.port();
    if (port == 0) {
      port = scheme.equals("http") ? reader.port(request) : defaultPort;
    }
    String authority = port == defaultPort ? host : host + ":" + port;
    return scheme + "://" + authority + path(reader.path(request));
  }

  private String path(String path) {
    int end = PathMatcher.pathEnd(path);
    String query = redirect.stripQuery() ? "" : path.substring(end);
    String whole = redirect.path();
    if (whole != null) {
      return whole.indexOf('?') >= 0 ? whole : whole + query;
    }
    String prefix = redirect.prefixRewrite();
    String plain = path.substring(0, end);
    return prefix == null
        ? plain + query
        : PathRewrite.replacePrefix(plain, prefix, matcher.matchedLength(end)) + query;
  }
}
