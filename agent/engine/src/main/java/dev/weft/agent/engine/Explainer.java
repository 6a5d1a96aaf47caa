/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.Explanation.ClusterShare;
import dev.weft.agent.engine.Explanation.EndpointStatus;
import dev.weft.agent.engine.Explanation.Outcome;
import dev.weft.agent.engine.Explanation.RouteStep;
import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.agent.engine.endpoint.Endpoint;
import dev.weft.agent.engine.endpoint.IpLiteral;
import dev.weft.agent.engine.fault.FaultPolicy;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.engine.route.Forwarding;
import dev.weft.agent.engine.route.Listener;
import dev.weft.agent.engine.route.MirrorTarget;
import dev.weft.agent.engine.route.Redirection;
import dev.weft.agent.engine.route.Route;
import dev.weft.agent.engine.route.Target;
import dev.weft.agent.engine.route.VirtualHost;
import dev.weft.agent.seam.Reply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Walks the way of one request with the matchers that decide, and writes down why. */
final class Explainer {
  private final ExplainedRequest request;
  private final long now;
  private final List<String> reasons = new ArrayList<>();
  private final List<RouteStep> routes = new ArrayList<>();
  private final List<String> effects = new ArrayList<>();
  private final List<ClusterShare> clusters = new ArrayList<>();
  private String listenerName = "";
  private String virtualHostName = "";
  private String domain = "";
  private String routeName = "";

  Explainer(ExplainedRequest request, long now) {
    this.request = request;
    this.now = now;
  }

  Explanation explain(@Nullable Snapshot snapshot) {
    if (snapshot == null) {
      return because(Outcome.UNMANAGED, "", "no configuration has come yet");
    }
    Listener listener = snapshot.listener(request.port());
    if (listener == null) {
      return unlisted(snapshot, "no listener is for port " + request.port());
    }
    listenerName = listener.name();
    reasons.add("listener " + listener.name() + " is for port " + request.port());
    VirtualHost virtualHost = listener.virtualHost(request.host());
    if (virtualHost == null) {
      return unlisted(snapshot, "no virtual host lists " + request.host());
    }
    virtualHostName = virtualHost.info().virtualHost();
    domain = virtualHost.domainOf(request.host(), request.port());
    reasons.add(
        "virtual host " + virtualHostName + " lists " + request.host() + " by domain " + domain);
    return routed(virtualHost);
  }

  private Explanation unlisted(Snapshot snapshot, String reason) {
    reasons.add(reason);
    if (!snapshot.isRegistryOnly()) {
      return because(Outcome.UNMANAGED, "", "the outbound policy is ALLOW_ANY");
    }
    return IpLiteral.isOrLocalhost(request.host())
        ? because(
            Outcome.UNMANAGED,
            "",
            "an IP address or localhost is managed only if it is listed by name")
        : because(Outcome.REPLY, text(Replies.BLACK_HOLE), "the outbound policy is REGISTRY_ONLY");
  }

  private Explanation routed(VirtualHost virtualHost) {
    Route matched = null;
    for (int i = 0; i < virtualHost.routes().size() && matched == null; i++) {
      Route route = virtualHost.routes().get(i);
      String label = "route " + i + (route.name().isEmpty() ? "" : " " + route.name());
      String mismatch = route.mismatch(request, ExplainedRequest.Reader.INSTANCE);
      routes.add(
          new RouteStep(i, route.name(), route.toString(), mismatch == null ? "" : mismatch));
      reasons.add(
          mismatch == null ? label + " matches: " + route : label + " does not match: " + mismatch);
      matched = mismatch == null ? route : null;
    }
    if (matched == null) {
      return because(Outcome.REPLY, text(Replies.NO_ROUTE), "no route matches");
    }
    routeName = matched.name();
    return acted(matched);
  }

  private Explanation acted(Route route) {
    FaultPolicy fault = route.fault();
    if (fault != null && fault.applies(request, ExplainedRequest.Reader.INSTANCE)) {
      effects.add("fault: " + fault);
    }
    Forwarding forwarding = route.forwarding();
    if (forwarding != null) {
      forwarded(forwarding);
      return because(Outcome.FORWARD, "", "the route forwards");
    }
    Redirection redirection = route.redirection();
    if (redirection != null) {
      Reply reply = redirection.reply(request, ExplainedRequest.Reader.INSTANCE);
      effects.add("location: " + reply.headers().get(0).getValue());
      return because(Outcome.REPLY, text(reply), "the route redirects");
    }
    Reply reply = route.reply();
    return reply == null
        ? because(Outcome.UNMANAGED, "", "the route leaves the call to the application's own DNS")
        : because(Outcome.REPLY, text(reply), "the route answers itself");
  }

  private void forwarded(Forwarding forwarding) {
    if (forwarding.timeoutNanos() > 0) {
      effects.add("timeout: " + millis(forwarding.timeoutNanos()));
    }
    if (forwarding.retry().retries() > 0) {
      effects.add("retry: " + forwarding.retry());
    }
    String path = forwarding.rewrittenPath(request.path());
    if (path != null) {
      effects.add("path: " + path);
    }
    for (MirrorTarget mirror : forwarding.mirrors()) {
      effects.add(
          "mirror: " + mirror.perMillion() / 10_000.0 + " % to " + mirror.target().clusterName());
    }
    long sum = 0;
    for (int i = 0; i < forwarding.targets().size(); i++) {
      sum += forwarding.weight(i);
    }
    for (int i = 0; i < forwarding.targets().size(); i++) {
      double percent = 100.0 * forwarding.weight(i) / sum;
      clusters.add(share(forwarding.targets().get(i), percent));
    }
  }

  private ClusterShare share(Target target, double percent) {
    Cluster cluster = target.cluster();
    if (cluster == null) {
      return new ClusterShare(target.clusterName(), "", "", percent, false, "", "", List.of());
    }
    List<EndpointStatus> endpoints = new ArrayList<>();
    for (Endpoint endpoint : cluster.endpoints()) {
      EndpointConfig config = endpoint.destination().endpoint();
      if (config != null) {
        endpoints.add(status(endpoint, config));
      }
    }
    return new ClusterShare(
        target.clusterName(),
        cluster.config().service(),
        cluster.config().subset(),
        percent,
        true,
        cluster.config().discovery() == Discovery.ORIGINAL_DST
            ? Discovery.ORIGINAL_DST.name()
            : cluster.config().loadBalancing().name(),
        endpoints.isEmpty() ? unknown(cluster) : "",
        endpoints);
  }

  private EndpointStatus status(Endpoint endpoint, EndpointConfig config) {
    String host =
        config.address().indexOf(':') < 0 ? config.address() : "[" + config.address() + "]";
    long ejected = endpoint.state().ejection().remainingNanos(now);
    String health = ejected > 0 ? "ejected for " + millis(ejected) : "healthy";
    return new EndpointStatus(
        host + ":" + config.port(),
        config.hostName(),
        config.labels(),
        config.weight(),
        config.priority(),
        config.locality(),
        endpoint.state().active(),
        security(endpoint),
        config.healthy() ? health : "unhealthy: the control plane says so");
  }

  private static String security(Endpoint endpoint) {
    UpstreamTls tls = endpoint.tls();
    return tls == null ? "plaintext: no TLS is ordered, or none is offered here" : tls.inWords();
  }

  private static String unknown(Cluster cluster) {
    return cluster.config().isTlsRequired()
        ? "refused: mutual TLS is ordered, and nobody says who is there"
        : "as the application makes them";
  }

  private Explanation because(Outcome outcome, String reply, String reason) {
    reasons.add(reason);
    return new Explanation(
        outcome,
        listenerName,
        virtualHostName,
        domain,
        routeName,
        routes,
        reply,
        clusters,
        effects,
        reasons);
  }

  private static String text(Reply reply) {
    return (reply.status() + " " + reply.flag()).trim();
  }

  private static String millis(long nanos) {
    return nanos / 1_000_000 + " ms";
  }
}
