/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.fault.FaultPolicy;
import dev.weft.agent.engine.match.HeaderMatcher;
import dev.weft.agent.engine.match.PathMatcher;
import dev.weft.agent.engine.match.QueryMatcher;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import org.jspecify.annotations.Nullable;

/**
 * One route: a match and what happens then. Exactly one of {@link #forwarding}, {@link
 * #redirection} and {@link #reply} is there, or none: then the request is left alone. Immutable.
 */
public final class Route {
  private final RouteInfo info;
  private final PathMatcher path;
  private final HeaderMatcher[] headers;
  private final QueryMatcher[] query;
  private final boolean matchesAnything;
  private final Action action;
  private final @Nullable FaultPolicy fault;

  Route(
      RouteInfo info,
      PathMatcher path,
      HeaderMatcher[] headers,
      QueryMatcher[] query,
      Action action,
      @Nullable FaultPolicy fault) {
    this.info = info;
    this.path = path;
    this.headers = headers;
    this.query = query;
    this.action = action;
    this.fault = fault;
    matchesAnything = path.matchesAnything() && headers.length == 0 && query.length == 0;
  }

  /** Returns its names. */
  public RouteInfo info() {
    return info;
  }

  /** Returns its name; may be empty. */
  public String name() {
    return info.route();
  }

  /** Returns whether every request matches, so that none of it needs to be read. */
  public boolean matchesAnything() {
    return matchesAnything;
  }

  /** Returns whether a request matches whose path was read already. */
  <Q> boolean matches(Q request, RequestReader<Q> reader, String requestPath, int pathEnd) {
    return path.matches(requestPath, pathEnd)
        && HeaderMatcher.firstMismatch(headers, request, reader) == null
        && (query.length == 0 || QueryMatcher.firstMismatch(query, requestPath) == null);
  }

  /** Returns why a request does not match, for people; null if it does. */
  public <Q> @Nullable String mismatch(Q request, RequestReader<Q> reader) {
    String requestPath = reader.path(request);
    if (!path.matches(requestPath, PathMatcher.pathEnd(requestPath))) {
      return "path: " + requestPath + " (expected: " + path + ")";
    }
    HeaderMatcher header = HeaderMatcher.firstMismatch(headers, request, reader);
    if (header != null) {
      return header.mismatch(request, reader);
    }
    QueryMatcher parameter = QueryMatcher.firstMismatch(query, requestPath);
    return parameter == null ? null : parameter.mismatch(requestPath);
  }

  /** Returns whether the request is left alone, as it would go out without Weft. */
  public boolean isUnmanaged() {
    return action.forwarding == null && action.redirection == null && action.reply == null;
  }

  /** Returns where requests are sent; null if they are not. */
  public @Nullable Forwarding forwarding() {
    return action.forwarding;
  }

  /** Returns where requests are redirected; null if they are not. */
  public @Nullable Redirection redirection() {
    return action.redirection;
  }

  /** Returns what requests are answered with; null if they are not. */
  public @Nullable Reply reply() {
    return action.reply;
  }

  /** Returns the fault to inject; null for none. */
  public @Nullable FaultPolicy fault() {
    return fault;
  }

  /** Returns what it matches as a text for people. */
  @Override
  public String toString() {
    StringBuilder matches = new StringBuilder(path.toString());
    for (HeaderMatcher header : headers) {
      matches.append(", ").append(header);
    }
    for (QueryMatcher parameter : query) {
      matches.append(", ").append(parameter);
    }
    return matches.toString();
  }

  /** At most one of three. */
  record Action(
      @Nullable Forwarding forwarding, @Nullable Redirection redirection, @Nullable Reply reply) {
    static final Action UNMANAGED = new Action(null, null, null);
  }
}
