/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.config.VirtualHostConfig;
import dev.weft.agent.engine.match.DomainTable;
import dev.weft.agent.engine.match.PathMatcher;
import dev.weft.agent.seam.RequestReader;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The routes of one virtual host, in match order. Immutable. */
public final class VirtualHost {
  private final RouteInfo info;
  private final VirtualHostConfig config;
  private final Map<String, @Nullable Cluster> clusters;
  private final Route[] routes;

  VirtualHost(
      RouteInfo info,
      VirtualHostConfig config,
      Map<String, @Nullable Cluster> clusters,
      List<Route> routes) {
    this.info = info;
    this.config = config;
    this.clusters = clusters;
    this.routes = routes.toArray(new Route[0]);
  }

  /** Returns its names. */
  public RouteInfo info() {
    return info;
  }

  /** Returns whether compiling this configuration against these clusters would change nothing. */
  boolean isCurrent(VirtualHostConfig other, Map<String, Cluster> others) {
    for (Map.Entry<String, @Nullable Cluster> used : clusters.entrySet()) {
      if (others.get(used.getKey()) != used.getValue()) {
        return false;
      }
    }
    return config.equals(other);
  }

  /** Returns the domain that lists a host at a port, for people; empty if none does. */
  public String domainOf(String host, int port) {
    DomainTable.Builder all = new DomainTable.Builder(port);
    List<String> domains = config.domains();
    for (int i = 0; i < domains.size(); i++) {
      all.add(domains.get(i), i);
    }
    int index = all.build().find(host);
    return index == DomainTable.NONE ? "" : domains.get(index);
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
