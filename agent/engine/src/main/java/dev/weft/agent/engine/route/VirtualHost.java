/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.match.PathMatcher;
import dev.weft.agent.seam.RequestReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The routes of one virtual host, in match order. Immutable. */
public final class VirtualHost {
  private final RouteInfo info;
  private final Route[] routes;

  VirtualHost(RouteInfo info, List<Route> routes) {
    this.info = info;
    this.routes = routes.toArray(new Route[0]);
  }

  /** Returns its names. */
  public RouteInfo info() {
    return info;
  }

  /** Returns the routes in match order. */
  public List<Route> routes() {
    return List.of(routes);
  }

  /** Returns the first route that matches, or null. Reads the path only if a route needs it. */
  public <Q> @Nullable Route match(Q request, RequestReader<Q> reader) {
    String path = null;
    int pathEnd = 0;
    for (Route route : routes) {
      if (route.matchesAnything()) {
        return route;
      }
      if (path == null) {
        path = reader.path(request);
        pathEnd = PathMatcher.pathEnd(path);
      }
      if (route.matches(request, reader, path, pathEnd)) {
        return route;
      }
    }
    return null;
  }
}
