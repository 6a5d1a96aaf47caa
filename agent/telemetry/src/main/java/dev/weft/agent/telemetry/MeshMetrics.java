/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.telemetry;

import dev.weft.agent.engine.EngineObserver;
import dev.weft.agent.engine.Observed;
import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.seam.RefusedConnection;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Istio's standard metrics of calls that go out ({@code reporter="source"}) and come in ({@code
 * reporter="destination"}): in Prometheus {@code istio_requests_total} and {@code
 * istio_request_duration_milliseconds}. A call counts once, however many attempts it took. A fault
 * that the mesh injected is an event on the span that was current when the call ended. Thread-safe.
 */
public final class MeshMetrics implements EngineObserver {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int MOST_PRINCIPALS = 10_000;
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("port");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");

  /** Istio's buckets, in milliseconds. */
  private static final List<Double> BUCKETS =
      List.of(
          0.5, 1d, 5d, 10d, 25d, 50d, 100d, 250d, 500d, 1000d, 2500d, 5000d, 10000d, 30000d, 60000d,
          300000d, 600000d, 1800000d, 3600000d);

  private final Workload self;
  private final LongCounter requests;
  private final DoubleHistogram duration;
  private final LongCounter retries;
  private final LongCounter policyMatches;
  private final LongCounter refusedConnections;
  private final ResponseLabels inbound;
  private final Supplier<String> ownPrincipal;

  /** By caller's SPIFFE ID. */
  private final ConcurrentMap<String, ResponseLabels> secured = new ConcurrentHashMap<>();

  /**
   * Makes the instruments.
   *
   * @param ownPrincipal gives this process's SPIFFE ID; empty if it has none
   */
  public MeshMetrics(OpenTelemetry openTelemetry, Workload self, Supplier<String> ownPrincipal) {
    this.self = self;
    this.ownPrincipal = ownPrincipal;
    Meter meter = openTelemetry.getMeter("dev.weft");
    requests =
        meter
            .counterBuilder("istio.requests")
            .setDescription("Requests, by where they came from, where they went and how they ended")
            .build();
    duration =
        meter
            .histogramBuilder("istio.request.duration")
            .setUnit("ms")
            .setDescription("Time from a request's start to the end of its response")
            .setExplicitBucketBoundariesAdvice(BUCKETS)
            .build();
    retries =
        meter
            .counterBuilder("weft.retries")
            .setDescription("Attempts after the first one of a request")
            .build();
    policyMatches =
        meter
            .counterBuilder("weft.policy.matches")
            .setDescription(
                "Requests that came in and that a policy refused, would have refused or noted")
            .build();
    refusedConnections =
        meter
            .counterBuilder("weft.connections.refused")
            .setDescription("Connections that were closed before the application had them")
            .build();
    inbound = new ResponseLabels(Labels.destination(self));
  }

  @Override
  public Object handle(Destination destination) {
    return new ResponseLabels(Labels.source(self, destination));
  }

  @Override
  public void attemptEnded(Observed attempt, long durationNanos) {
    if (attempt.number() > 1 && !attempt.isMirror()) {
      retries.add(1, labels(attempt));
    }
  }

  @Override
  public void callEnded(Observed call, long durationNanos) {
    Attributes labels = labels(call);
    requests.add(1, labels);
    duration.record(durationNanos / NANOS_PER_MILLI, labels);
    String flag = call.flag();
    if (flag.contains("FI") || call.delayNanos() > 0) {
      Span.current()
          .addEvent(
              "weft.fault",
              Attributes.builder()
                  .put(MeshSpans.ROUTE, call.route().route())
                  .put(MeshSpans.VIRTUAL_HOST, call.route().virtualHost())
                  .put("weft.fault.status", call.status())
                  .put("weft.fault.delay_ms", call.delayNanos() / NANOS_PER_MILLI)
                  .build());
    }
  }

  /**
   * Tells that the response to a request that came in has been sent.
   *
   * @param principal the caller's verified SPIFFE ID; null if it has none
   */
  public void inboundEnded(
      int status, int grpcStatus, String flag, long durationNanos, @Nullable String principal) {
    ResponseLabels of = principal == null ? inbound : secured(principal);
    Attributes labels = of.of(status, grpcStatus, flag, grpcStatus >= 0);
    requests.add(1, labels);
    duration.record(durationNanos / NANOS_PER_MILLI, labels);
  }

  /**
   * Tells what a policy did about a request that came in; the server span that is current says so.
   */
  public void policyMatched(PolicyMatch match) {
    String effect = match.effect().text();
    Attributes attributes =
        Attributes.of(MeshSpans.POLICY, match.policy(), MeshSpans.EFFECT, effect);
    if (!match.reason().isEmpty()) {
      attributes = attributes.toBuilder().put(MeshSpans.POLICY_REASON, match.reason()).build();
    }
    policyMatches.add(1, attributes);
    Span.current().setAllAttributes(attributes);
  }

  /** Tells that a connection to the application was closed before it had anything of it. */
  public void connectionRefused(RefusedConnection connection) {
    refusedConnections.add(
        1, Attributes.of(PORT, (long) connection.port(), REASON, connection.reason().text()));
  }

  private ResponseLabels secured(String principal) {
    ResponseLabels known = secured.get(principal);
    if (known != null) {
      return known;
    }
    ResponseLabels made =
        new ResponseLabels(Labels.destination(self, principal, ownPrincipal.get()));
    // Each is somebody to whom the mesh's CA gave a certificate; this only bounds a strange mesh.
    if (secured.size() < MOST_PRINCIPALS) {
      secured.put(principal, made);
    }
    return made;
  }

  private Attributes labels(Observed observed) {
    @Nullable Object handle = observed.handle();
    ResponseLabels labels =
        handle instanceof ResponseLabels known
            ? known
            : new ResponseLabels(Labels.source(self, observed.destination()));
    return labels.of(observed.status(), observed.grpcStatus(), observed.flag(), observed.isGrpc());
  }
}
