/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.engine.endpoint.Endpoint;
import dev.weft.agent.engine.fault.FaultPolicy;
import dev.weft.agent.engine.match.HeaderMatcher;
import dev.weft.agent.engine.reply.Replies;
import dev.weft.agent.engine.retry.RetryPolicy;
import dev.weft.agent.engine.route.Forwarding;
import dev.weft.agent.engine.route.MirrorTarget;
import dev.weft.agent.engine.route.Route;
import dev.weft.agent.engine.route.RouteInfo;
import dev.weft.agent.engine.route.Target;
import dev.weft.agent.engine.tls.Secured;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.HeaderReader;
import dev.weft.agent.seam.Refuse;
import dev.weft.agent.seam.Reply;
import dev.weft.agent.seam.RequestReader;
import dev.weft.agent.seam.Step;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A call that a route sends to a cluster. The cluster is chosen once; each attempt chooses an
 * endpoint. Used by one thread at a time, but for what an attempt's end reads.
 */
final class RoutedCall<Q> implements Call, Observed {
  private static final int HTTP_PORT = 80;

  private final Engine engine;
  private final Route route;
  private final Target target;
  private final Q request;
  private final RequestReader<Q> reader;
  private final long startNanos;

  /** 0, or the number of the route's mirror that this is, from 1. */
  private final byte mirror;

  private Phase phase = Phase.NEW;
  private long delayNanos;

  /** The reply or refusal that the call ended with; null while or if there is none. */
  private @Nullable Step answer;

  private @Nullable RoutedAttempt last;

  private RoutedCall(
      Engine engine, Route route, Target target, Q request, RequestReader<Q> reader, int mirror) {
    this.engine = engine;
    this.route = route;
    this.target = target;
    this.request = request;
    this.reader = reader;
    this.mirror = (byte) mirror;
    startNanos = engine.clock.nanos();
  }

  /**
   * Begins a call.
   *
   * @param route one that forwards
   */
  static <Q> RoutedCall<Q> begin(
      Engine engine, Route route, Forwarding forwarding, Q request, RequestReader<Q> reader) {
    Target target = forwarding.choose(engine.random());
    return new RoutedCall<>(engine, route, target, request, reader, 0);
  }

  @Override
  public Step next() {
    Phase before = phase;
    if (before == Phase.BUSY || before == Phase.OVER) {
      throw new IllegalStateException("next() when the call is " + before);
    }
    try {
      return step(before);
    } catch (RuntimeException | LinkageError e) {
      engine.faults.record("next", e);
      return openAttempt(before);
    }
  }

  private Step step(Phase before) {
    RandomGenerator random = engine.random();
    if (before == Phase.NEW) {
      Reply abort = injectFault(random);
      return abort == null ? attempt(startNanos, random) : answer(abort);
    }
    if (before == Phase.TIMED_OUT) {
      return answer(Replies.TIMEOUT);
    }
    long now = engine.clock.nanos();
    if (isExpired(now)) {
      endRetry();
      return answer(Replies.TIMEOUT);
    }
    return attempt(now, random);
  }

  private @Nullable Reply injectFault(RandomGenerator random) {
    FaultPolicy fault = mirror == 0 ? route.fault() : null;
    if (fault == null || !fault.applies(request, reader)) {
      return null;
    }
    delayNanos = fault.drawDelayNanos(random);
    Reply abort = fault.drawAbort(random);
    return abort == null ? null : Replies.delayed(abort, delayNanos);
  }

  private Step attempt(long now, RandomGenerator random) {
    Cluster cluster = target.cluster();
    if (cluster == null) {
      return answer(Replies.delayed(Replies.NO_CLUSTER, delayNanos));
    }
    if (!cluster.beginRequest(isGrpc())) {
      return refuse(Replies.OVERFLOW);
    }
    Endpoint endpoint = null;
    try {
      long hash =
          cluster.needsHash() ? forwarding().hash(request, reader, random, engine.sourceHash) : 0;
      boolean avoids = last != null && forwarding().retry().avoidsPreviousHosts();
      endpoint = cluster.pick(now, random, hash, avoids ? last : null);
    } finally {
      if (endpoint == null) {
        cluster.endRequest();
      }
    }
    return endpoint == null ? refuse(Replies.NO_HEALTHY_ENDPOINT) : attempt(cluster, endpoint, now);
  }

  private Step attempt(Cluster cluster, Endpoint endpoint, long now) {
    Secured secured = endpoint.secured(engine.identity());
    if (secured == null && isTlsRequired(cluster, endpoint)) {
      cluster.endRequest();
      return refuse(cluster, endpoint);
    }
    RoutedAttempt attempt = new RoutedAttempt(this, cluster, endpoint, secured, last, now);
    endpoint.state().begin();
    last = attempt;
    phase = Phase.BUSY;
    return attempt;
  }

  /** An endpoint that may be sent plaintext is, by a process that never was in the mesh. */
  private boolean isTlsRequired(Cluster cluster, Endpoint endpoint) {
    if (cluster.config().isTlsRequired()) {
      return true;
    }
    UpstreamTls tls = endpoint.tls();
    // Without an address it may be any of them that the application's own DNS leads to.
    boolean isOffered = endpoint.hasAddress() ? tls != null : cluster.isTlsOffered();
    return isOffered && ((tls != null && tls.isRequired()) || engine.identity().epoch() > 0);
  }

  private Refuse refuse(Cluster cluster, Endpoint endpoint) {
    if (last != null) {
      endRetry();
    }
    Refuse refuse = new Refuse(cluster.config().name() + " " + endpoint.whyNotSecured(), "UF");
    answer = refuse;
    over(engine.clock.nanos());
    return refuse;
  }

  /** Our own fault: the library resolves and connects as it would without Weft. */
  private Step openAttempt(Phase before) {
    Cluster cluster = target.cluster();
    if (cluster == null || !cluster.beginRequest(isGrpc())) {
      if (before == Phase.RETRY) {
        endRetry();
      }
      return answer(Replies.NO_CLUSTER);
    }
    return attempt(cluster, cluster.unchosen(), startNanos);
  }

  private Reply refuse(Reply refusal) {
    if (last != null) {
      endRetry();
    }
    return answer(last == null ? Replies.delayed(refusal, delayNanos) : refusal);
  }

  private Reply answer(Reply reply) {
    answer = reply;
    over(engine.clock.nanos());
    return reply;
  }

  @Override
  public void abandon() {
    if (phase == Phase.RETRY) {
      endRetry();
    }
    if (phase == Phase.RETRY || phase == Phase.TIMED_OUT) {
      over(engine.clock.nanos());
    }
    phase = phase == Phase.BUSY ? phase : Phase.OVER;
  }

  /** Returns how long to wait for a retry, or {@link Attempt#DELIVER}. */
  <P> long onResponse(RoutedAttempt attempt, long now, P response, HeaderReader<P> responseReader) {
    RetryPolicy retry = forwarding().retry();
    if (retry.retries() == 0 || mirror > 0) {
      return Attempt.DELIVER;
    }
    attempt.readGrpcStatus(response, responseReader, retry.readsGrpcStatus());
    return retry.retriesResponse(attempt.status(), attempt.grpcStatus())
            && reader.isReplayable(request)
        ? retryAfter(attempt, now)
        : Attempt.DELIVER;
  }

  /** Returns how long to wait for a retry or a reply, or {@link Attempt#DELIVER}. */
  long onFailure(RoutedAttempt attempt, Failure failure, long now) {
    boolean timedOut = failure == Failure.TIMEOUT;
    long wait = Attempt.DELIVER;
    if (forwarding().retry().retriesFailure(failure)
        && mirror == 0
        && (failure == Failure.CONNECT || reader.isReplayable(request))
        && !isExpired(now)) {
      wait = retryAfter(attempt, now);
    }
    if (wait == Attempt.DELIVER && timedOut) {
      phase = Phase.TIMED_OUT;
      return 0;
    }
    return wait;
  }

  private long retryAfter(RoutedAttempt attempt, long now) {
    RetryPolicy retry = forwarding().retry();
    if (attempt.number() > retry.retries()) {
      attempt.exhaustRetries();
      return Attempt.DELIVER;
    }
    Cluster cluster = target.cluster();
    if (isExpired(now) || cluster == null || !cluster.beginRetry()) {
      return Attempt.DELIVER;
    }
    phase = Phase.RETRY;
    long wait = retry.backoffNanos(attempt.number(), engine.random());
    return forwarding().timeoutNanos() == 0 ? wait : Math.min(wait, deadlineNanos() - now);
  }

  /** Takes back a retry that was ordered and cannot be carried out: the attempt ended elsewhere. */
  void cancelRetry() {
    endRetry();
    phase = Phase.BUSY;
  }

  private void endRetry() {
    Cluster cluster = target.cluster();
    if (cluster != null) {
      cluster.endRetry();
    }
  }

  /** Tells that nothing more comes of this call. */
  void over(long now) {
    phase = Phase.OVER;
    engine.callEnded(this, now - startNanos);
  }

  /**
   * Returns when the route's timeout runs out, if it has one. A delay that we inject is besides.
   */
  private long deadlineNanos() {
    return startNanos + delayNanos + forwarding().timeoutNanos();
  }

  private Forwarding forwarding() {
    return Objects.requireNonNull(route.forwarding());
  }

  private boolean isExpired(long now) {
    return forwarding().timeoutNanos() > 0 && deadlineNanos() - now <= 0;
  }

  long timeoutNanos() {
    long perTry = forwarding().retry().perTryTimeoutNanos();
    if (forwarding().timeoutNanos() == 0) {
      return perTry;
    }
    long left = Math.max(1, deadlineNanos() - engine.clock.nanos());
    return perTry == 0 ? left : Math.min(left, perTry);
  }

  Engine engine() {
    return engine;
  }

  Target target() {
    return target;
  }

  String host() {
    String host = reader.host(request);
    return host == null ? "" : host;
  }

  /** Works it out anew each time: adapters ask once for an attempt. */
  @Nullable String path() {
    Forwarding forwarding = forwarding();
    return forwarding.rewritesPath() ? forwarding.rewrittenPath(reader.path(request)) : null;
  }

  @Nullable String authority() {
    String authority = target.authority();
    if (mirror == 0) {
      return authority;
    }
    if (authority == null) {
      int port = reader.port(request);
      authority = port == HTTP_PORT ? host() : host() + ":" + port;
    }
    int colon = authority.lastIndexOf(':');
    boolean hasPort = colon > authority.lastIndexOf(']');
    return hasPort
        ? authority.substring(0, colon) + "-shadow" + authority.substring(colon)
        : authority + "-shadow";
  }

  int presentRequestHeaders() {
    return target.requestHeaders().conditional() == 0
        ? 0
        : target.requestHeaders().present(request, reader::header);
  }

  /** Returns a header or pseudo header of the request, or null if it is not there. */
  @Nullable String requestValue(String name) {
    return HeaderMatcher.value(name, request, reader);
  }

  @Nullable Call mirror() {
    List<MirrorTarget> mirrors = forwarding().mirrors();
    for (int i = mirror; i < mirrors.size(); i++) {
      MirrorTarget drawn = mirrors.get(i);
      if (drawn.target().cluster() != null && drawn.isDrawn(engine.random())) {
        return new RoutedCall<>(engine, route, drawn.target(), request, reader, i + 1);
      }
    }
    return null;
  }

  @Override
  public RouteInfo route() {
    return route.info();
  }

  @Override
  public Destination destination() {
    RoutedAttempt attempt = last;
    if (attempt != null) {
      return attempt.destination();
    }
    Cluster cluster = target.cluster();
    return cluster == null ? Destination.UNKNOWN : cluster.unchosen().destination();
  }

  @Override
  public @Nullable Object handle() {
    RoutedAttempt attempt = last;
    if (attempt != null) {
      return attempt.handle();
    }
    Cluster cluster = target.cluster();
    return cluster == null ? engine.unknown().handle() : cluster.unchosen().handle();
  }

  @Override
  public int number() {
    RoutedAttempt attempt = last;
    return attempt == null ? 0 : attempt.number();
  }

  @Override
  public int status() {
    RoutedAttempt attempt = last;
    return answer instanceof Reply reply ? reply.status() : attempt == null ? 0 : attempt.status();
  }

  @Override
  public int grpcStatus() {
    RoutedAttempt attempt = last;
    return answer instanceof Reply reply
        ? reply.grpcStatus()
        : attempt == null ? -1 : attempt.grpcStatus();
  }

  @Override
  public String flag() {
    if (answer instanceof Refuse refuse) {
      return refuse.flag();
    }
    RoutedAttempt attempt = last;
    String flag =
        answer instanceof Reply reply ? reply.flag() : attempt == null ? "DC" : attempt.flag();
    return flag.isEmpty() && delayNanos > 0 ? "DI" : flag;
  }

  @Override
  public long delayNanos() {
    return delayNanos;
  }

  @Override
  public boolean isGrpc() {
    return reader.isGrpc(request);
  }

  @Override
  public boolean isMirror() {
    return mirror > 0;
  }

  /** Where the call is. */
  private enum Phase {
    /** Before the first step. */
    NEW,
    /** An attempt is under way or was delivered. */
    BUSY,
    /** A retry was ordered and is counted in. */
    RETRY,
    /** The next step is the timeout's reply. */
    TIMED_OUT,
    /** Nothing more comes. */
    OVER
  }
}
