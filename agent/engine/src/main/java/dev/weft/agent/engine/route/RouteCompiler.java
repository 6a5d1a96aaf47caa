/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.route;

import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.FaultConfig;
import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.OutboundListener;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RouteAction;
import dev.weft.agent.engine.config.RouteAction.DirectResponse;
import dev.weft.agent.engine.config.RouteAction.Forward;
import dev.weft.agent.engine.config.RouteAction.Mirror;
import dev.weft.agent.engine.config.RouteAction.Redirect;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteAction.WeightedCluster;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.VirtualHostConfig;
import dev.weft.agent.engine.fault.FaultPolicy;
import dev.weft.agent.engine.match.DomainTable;
import dev.weft.agent.engine.match.HeaderMatcher;
import dev.weft.agent.engine.match.PathMatcher;
import dev.weft.agent.engine.match.QueryMatcher;
import dev.weft.agent.engine.reply.GrpcStatus;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.engine.retry.RetryPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compiles listeners against the clusters of one snapshot. A virtual host whose configuration and
 * clusters are those of the last snapshot is taken over as it is, so a push costs what it changes.
 */
public final class RouteCompiler {
  private static final RetryPolicy NO_RETRY = new RetryPolicy(RetryConfig.NONE);

  private final Map<String, Cluster> clusters;

  /** The clusters that the virtual host at hand asked for; null for those that do not exist. */
  private Map<String, @Nullable Cluster> used = new HashMap<>();

  /** Compiles against clusters by name. */
  public RouteCompiler(Map<String, Cluster> clusters) {
    this.clusters = clusters;
  }

  /**
   * Compiles a listener whose route configuration was found valid.
   *
   * @param previous the listener of the same port in the last snapshot; null if there was none
   */
  public Listener compile(OutboundListener listener, @Nullable Listener previous) {
    Map<String, VirtualHost> known =
        previous != null && previous.name().equals(listener.name())
            ? previous.virtualHostsByName()
            : Map.of();
    DomainTable.Builder domains = new DomainTable.Builder(listener.port());
    List<VirtualHost> virtualHosts = new ArrayList<>();
    for (VirtualHostConfig config : listener.routes().virtualHosts()) {
      for (String domain : config.domains()) {
        domains.add(domain, virtualHosts.size());
      }
      VirtualHost before = known.get(config.name());
      virtualHosts.add(
          before != null && before.isCurrent(config, clusters)
              ? before
              : virtualHost(listener.name(), config));
    }
    return new Listener(listener.name(), listener.port(), domains.build(), virtualHosts);
  }

  private VirtualHost virtualHost(String listener, VirtualHostConfig config) {
    used = new HashMap<>();
    List<Route> routes = new ArrayList<>();
    for (RouteConfig route : config.routes()) {
      routes.add(route(new RouteInfo(listener, config.name(), route.name()), route));
    }
    return new VirtualHost(new RouteInfo(listener, config.name(), ""), config, used, routes);
  }

  private @Nullable Cluster cluster(String name) {
    Cluster cluster = clusters.get(name);
    used.put(name, cluster);
    return cluster;
  }

  private Route route(RouteInfo info, RouteConfig config) {
    PathMatcher path = new PathMatcher(config.match().path());
    FaultConfig fault = config.fault();
    return new Route(
        info,
        path,
        HeaderMatcher.compile(config.match().headers()),
        QueryMatcher.compile(config.match().queryParameters()),
        action(config, path),
        fault == null ? null : new FaultPolicy(fault));
  }

  private Route.Action action(RouteConfig config, PathMatcher path) {
    RouteAction action = config.action();
    if (action instanceof Forward forward) {
      return isUnmanaged(config, forward)
          ? Route.Action.UNMANAGED
          : new Route.Action(forwarding(config, forward, path), null, null);
    } else if (action instanceof Redirect redirect) {
      return new Route.Action(null, new Redirection(redirect, path, responseHeaders(config)), null);
    }
    DirectResponse direct = (DirectResponse) action;
    int status = direct.status();
    return new Route.Action(
        null,
        null,
        Replies.of(
            status, GrpcStatus.fromHttp(status), responseHeaders(config), direct.body(), ""));
  }

  /** Answers of our own have only the headers that the route adds. */
  private static List<Map.Entry<String, String>> responseHeaders(RouteConfig config) {
    return config.headers().responseAdd().stream()
        .filter(header -> header.mode() != HeaderMutations.Mode.OVERWRITE_IF_EXISTS)
        .map(header -> Map.entry(header.name(), header.value()))
        .toList();
  }

  /** Returns whether nothing at all is to be done but what happens without Weft. */
  private boolean isUnmanaged(RouteConfig config, Forward forward) {
    WeightedCluster only = forward.clusters().get(0);
    Cluster cluster = cluster(only.cluster());
    return forward.clusters().size() == 1
        && cluster != null
        && cluster.config().discovery() == Discovery.ORIGINAL_DST
        && only.hostRewrite() == null
        && only.headers().equals(HeaderMutations.NONE)
        && config.headers().equals(HeaderMutations.NONE)
        && config.fault() == null
        && forward.rewrite().equals(Rewrite.NONE)
        && forward.timeoutNanos() == 0
        && (forward.retry().attempts() == 0 || forward.retry().on().isEmpty())
        && forward.retry().perTryTimeoutNanos() == 0
        && forward.mirrors().isEmpty()
        && !cluster.config().isTlsRequired()
        && !cluster.isLimited();
  }

  private Forwarding forwarding(RouteConfig config, Forward forward, PathMatcher path) {
    List<Target> targets = new ArrayList<>();
    for (WeightedCluster cluster : forward.clusters()) {
      targets.add(target(config, forward, cluster));
    }
    return new Forwarding(
        new Forwarding.Parts(
            targets,
            forward.clusters().stream().map(WeightedCluster::weight).toList(),
            path,
            PathRewrite.compile(forward.rewrite()),
            forward.timeoutNanos(),
            forward.retry().equals(RetryConfig.NONE) ? NO_RETRY : new RetryPolicy(forward.retry()),
            mirrors(config, forward),
            new HashPolicies(forward.hashPolicies())));
  }

  private Target target(RouteConfig config, Forward forward, WeightedCluster destination) {
    List<HeaderMutations> levels = List.of(config.headers(), destination.headers());
    @Nullable String authority = destination.hostRewrite();
    return new Target(
        destination.cluster(),
        cluster(destination.cluster()),
        authority == null ? forward.rewrite().authority() : authority,
        HeaderOperations.ofRequest(levels),
        HeaderOperations.ofResponse(levels));
  }

  private List<MirrorTarget> mirrors(RouteConfig config, Forward forward) {
    List<MirrorTarget> mirrors = new ArrayList<>();
    for (Mirror mirror : forward.mirrors()) {
      WeightedCluster destination =
          new WeightedCluster(mirror.cluster(), 1, HeaderMutations.NONE, null);
      mirrors.add(new MirrorTarget(target(config, forward, destination), mirror.perMillion()));
    }
    return mirrors;
  }
}
