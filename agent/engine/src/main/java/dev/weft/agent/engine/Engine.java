/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.RouteConfiguration;
import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.engine.endpoint.Endpoint;
import dev.weft.agent.engine.endpoint.EndpointState;
import dev.weft.agent.engine.endpoint.IpLiteral;
import dev.weft.agent.engine.fault.FaultPolicy;
import dev.weft.agent.engine.inbound.InboundGate;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.engine.route.Forwarding;
import dev.weft.agent.engine.route.Redirection;
import dev.weft.agent.engine.route.Route;
import dev.weft.agent.engine.route.RouteInfo;
import dev.weft.agent.engine.route.VirtualHost;
import dev.weft.agent.engine.tls.MeshIdentity;
import dev.weft.agent.engine.validate.ClusterValidator;
import dev.weft.agent.engine.validate.RouteValidator;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.OutboundEngine;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides about outbound calls from one snapshot. Thread-safe; {@link #begin} neither locks nor
 * blocks, and fails open: if we are broken, the call goes out as it would without Weft.
 */
public final class Engine implements OutboundEngine {
  final EngineClock clock;
  final FaultLog faults;
  final EngineObserver observer;

  /** Stands for the caller's own address in hashes: the same for all calls of this process. */
  final long sourceHash;

  private final Supplier<? extends RandomGenerator> random;
  private final Endpoint unknown;
  private volatile @Nullable Snapshot current;
  private volatile MeshIdentity identity = MeshIdentity.NONE;

  private Engine(
      EngineClock clock,
      FaultLog faults,
      EngineObserver observer,
      Supplier<? extends RandomGenerator> random) {
    this.clock = clock;
    this.faults = faults;
    this.observer = observer;
    this.random = random;
    sourceHash = random.get().nextLong();
    unknown = new Endpoint(Destination.UNKNOWN, handle(Destination.UNKNOWN), new EndpointState());
  }

  /** Makes an engine without a snapshot: until {@link #apply} nothing is managed. */
  public static Engine create(EngineClock clock, FaultLog faults, EngineObserver observer) {
    return new Engine(clock, faults, observer, ThreadLocalRandom::current);
  }

  /**
   * Makes an engine with a source of chance of one's own, to have the same decisions each time.
   *
   * @param random asked once for each decision, on the deciding thread
   */
  public static Engine create(
      EngineClock clock,
      FaultLog faults,
      EngineObserver observer,
      Supplier<? extends RandomGenerator> random) {
    return new Engine(clock, faults, observer, random);
  }

  /** Secures connections by an identity from now on. */
  public void identify(MeshIdentity newIdentity) {
    identity = newIdentity;
  }

  MeshIdentity identity() {
    return identity;
  }

  /** Returns what is wrong with a route configuration, each naming its field; empty if nothing. */
  public static List<String> validate(RouteConfiguration routes) {
    return RouteValidator.problems(routes);
  }

  /** Returns what is wrong with a cluster, each naming its field; empty if nothing. */
  public static List<String> validate(ClusterConfig cluster) {
    return ClusterValidator.problems(cluster);
  }

  /** Returns what is wrong with what guards requests that come in; empty if nothing. */
  public static List<String> validate(InboundConfig inbound) {
    return InboundGate.problems(inbound);
  }

  /**
   * Decides by a new configuration from now on. Calls under way go on by the one that they began
   * with. The counts of clusters and endpoints that stay, by name and address, are kept.
   *
   * @throws IllegalArgumentException if a resource is one that {@link #validate} finds problems in;
   *     then the last snapshot stays
   */
  public synchronized void apply(MeshConfig config) {
    try {
      current = SnapshotCompiler.compile(config, current, this::handle, clock.nanos());
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "configuration " + config.version() + " cannot be compiled: " + e.getMessage(), e);
    }
  }

  /** Returns what is decided by now; null before the first {@link #apply}. */
  public @Nullable Snapshot current() {
    return current;
  }

  /**
   * Returns what would be done with a request, by the matchers that decide, without chance and
   * without counting anything.
   *
   * @param method the HTTP method in upper case
   * @param path the path and query, starting with {@code /}
   * @param headers by name in lower case
   */
  public Explanation explain(
      String method, String host, int port, String path, Map<String, String> headers) {
    ExplainedRequest request = new ExplainedRequest(method, host, port, path, Map.copyOf(headers));
    return new Explainer(request, clock.nanos()).explain(current);
  }

  @Override
  public <Q> @Nullable Call begin(Q request, RequestReader<Q> reader) {
    Snapshot snapshot = current; // read once: one request sees one configuration
    if (snapshot == null) {
      return null;
    }
    try {
      return decide(snapshot, request, reader);
    } catch (RuntimeException | LinkageError e) {
      faults.record("begin", e);
      return afterFault(snapshot, request, reader);
    }
  }

  @Override
  public void failed(String doing, Throwable fault) {
    faults.record(doing, fault);
  }

  /**
   * Our own fault: the call goes out as it would without Weft, unless that could be plaintext where
   * TLS is ordered. Which cluster it was for is not known, so all hosts of the mesh count.
   */
  private <Q> @Nullable Call afterFault(Snapshot snapshot, Q request, RequestReader<Q> reader) {
    if (!snapshot.isTlsOrdered(identity.epoch() > 0)) {
      return null;
    }
    boolean isGrpc = false;
    try {
      String host = reader.host(request);
      if (host != null && snapshot.virtualHost(reader.port(request), host) == null) {
        return null;
      }
      isGrpc = reader.isGrpc(request);
    } catch (RuntimeException | LinkageError e) {
      faults.record("begin", e);
    }
    return reply(RouteInfo.NONE, Replies.UNDECIDED, isGrpc);
  }

  private <Q> @Nullable Call decide(Snapshot snapshot, Q request, RequestReader<Q> reader) {
    int port = reader.port(request);
    String host = reader.host(request);
    if (host == null) {
      return null;
    }
    VirtualHost virtualHost = snapshot.virtualHost(port, host);
    if (virtualHost == null) {
      return snapshot.isRegistryOnly() && !IpLiteral.isOrLocalhost(host)
          ? reply(RouteInfo.NONE, Replies.BLACK_HOLE, reader.isGrpc(request))
          : null;
    }
    Route route = virtualHost.match(request, reader);
    if (route == null) {
      return reply(virtualHost.info(), Replies.NO_ROUTE, reader.isGrpc(request));
    }
    Forwarding forwarding = route.forwarding();
    return forwarding == null
        ? answer(route, request, reader)
        : RoutedCall.begin(this, route, forwarding, request, reader);
  }

  private <Q> @Nullable Call answer(Route route, Q request, RequestReader<Q> reader) {
    Redirection redirection = route.redirection();
    Reply reply = redirection == null ? route.reply() : redirection.reply(request, reader);
    if (reply == null) {
      return null;
    }
    FaultPolicy fault = route.fault();
    if (fault != null && fault.applies(request, reader)) {
      RandomGenerator chance = random();
      long delayNanos = fault.drawDelayNanos(chance);
      Reply abort = fault.drawAbort(chance);
      reply = Replies.delayed(abort == null ? reply : abort, delayNanos);
    }
    return reply(route.info(), reply, reader.isGrpc(request));
  }

  private Call reply(RouteInfo info, Reply reply, boolean isGrpc) {
    return new ReplyCall(this, info, unknown, reply, isGrpc);
  }

  Endpoint unknown() {
    return unknown;
  }

  RandomGenerator random() {
    return random.get();
  }

  private @Nullable Object handle(Destination destination) {
    try {
      return observer.handle(destination);
    } catch (RuntimeException | LinkageError e) {
      faults.record("observer", e);
      return null;
    }
  }

  void attemptEnded(Observed attempt, long durationNanos) {
    try {
      observer.attemptEnded(attempt, durationNanos);
    } catch (RuntimeException | LinkageError e) {
      faults.record("observer", e);
    }
  }

  void callEnded(Observed call, long durationNanos) {
    try {
      observer.callEnded(call, durationNanos);
    } catch (RuntimeException | LinkageError e) {
      faults.record("observer", e);
    }
  }
}
