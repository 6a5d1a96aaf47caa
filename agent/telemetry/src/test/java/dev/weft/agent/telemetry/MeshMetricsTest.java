/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.telemetry;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;

import dev.weft.agent.engine.Observed;
import dev.weft.agent.engine.authorization.PolicyMatch;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.engine.route.RouteInfo;
import dev.weft.agent.seam.RefusedConnection;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MeshMetricsTest {
  @RegisterExtension static final OpenTelemetryExtension OTEL = OpenTelemetryExtension.create();

  private static final Workload SELF =
      new Workload("caller", "shop", "v3", "caller.shop.svc.cluster.local");
  private static final Destination ORDERS =
      new Destination(
          "outbound|80|v2|orders.shop.svc.cluster.local",
          "orders.shop.svc.cluster.local",
          "v2",
          new EndpointConfig(
              "10.0.0.1", 8080, 1, 0, "", 0, true, "orders-1", Map.of("version", "v2")));

  private static final String OWN = "spiffe://cluster.local/ns/shop/sa/caller";

  private MeshMetrics metrics;

  @BeforeEach
  void makeTheInstruments() {
    metrics = new MeshMetrics(OTEL.getOpenTelemetry(), SELF, () -> OWN);
  }

  @Test
  void aCallCountsOnceWithIstiosLabels() {
    Observed call = new StubObserved(metrics.handle(ORDERS), 2, 200, "");

    metrics.callEnded(call, 3_000_000);

    assertThat(OTEL.getMetrics())
        .anySatisfy(
            metric ->
                assertThat(metric)
                    .hasName("istio.requests")
                    .hasLongSumSatisfying(
                        sum ->
                            sum.isMonotonic()
                                .hasPointsSatisfying(
                                    point ->
                                        point
                                            .hasValue(1)
                                            .hasAttribute(text("reporter"), "source")
                                            .hasAttribute(text("source_workload"), "caller")
                                            .hasAttribute(
                                                text("destination_service_name"), "orders")
                                            .hasAttribute(
                                                text("destination_service_namespace"), "shop")
                                            .hasAttribute(text("destination_version"), "v2")
                                            .hasAttribute(text("source_canonical_revision"), "v3")
                                            .hasAttribute(
                                                text("destination_canonical_service"), "orders")
                                            .hasAttribute(text("response_code"), "200")
                                            .hasAttribute(text("response_flags"), "-")
                                            .hasAttribute(text("request_protocol"), "http"))));
  }

  @Test
  void theDurationIsInMillisecondsAndInIstiosBuckets() {
    metrics.callEnded(new StubObserved(metrics.handle(ORDERS), 1, 200, ""), 3_000_000);

    assertThat(OTEL.getMetrics())
        .anySatisfy(
            metric ->
                assertThat(metric)
                    .hasName("istio.request.duration")
                    .hasUnit("ms")
                    .hasHistogramSatisfying(
                        histogram ->
                            histogram.hasPointsSatisfying(
                                point -> point.hasSum(3).hasBucketBoundaries(buckets()))));
  }

  @Test
  void theSameOutcomeFindsTheSameLabels() {
    ResponseLabels labels = (ResponseLabels) metrics.handle(ORDERS);

    assertThat(labels.of(503, -1, "UH", false) == labels.of(503, -1, "UH", false)).isTrue();
    assertThat(labels.of(200, -1, "", false) == labels.of(200, -1, "", false)).isTrue();
  }

  private static AttributeKey<String> text(String name) {
    return AttributeKey.stringKey(name);
  }

  @Test
  void aRequestOverMutualTlsSaysWhoItCameFrom() {
    metrics.inboundEnded(200, -1, "", 3_000_000, "spiffe://cluster.local/ns/front/sa/web");

    assertThat(OTEL.getMetrics())
        .anySatisfy(
            metric ->
                assertThat(metric)
                    .hasName("istio.requests")
                    .hasLongSumSatisfying(
                        sum ->
                            sum.hasPointsSatisfying(
                                point ->
                                    point
                                        .hasAttribute(
                                            text("connection_security_policy"), "mutual_tls")
                                        .hasAttribute(
                                            text("source_principal"),
                                            "spiffe://cluster.local/ns/front/sa/web")
                                        .hasAttribute(text("source_workload_namespace"), "front")
                                        .hasAttribute(text("destination_principal"), OWN))));
  }

  @Test
  void aRefusedConnectionCountsByPortAndReason() {
    metrics.connectionRefused(
        new RefusedConnection(8080, null, RefusedConnection.Reason.PLAINTEXT, ""));

    assertThat(OTEL.getMetrics())
        .anySatisfy(
            metric ->
                assertThat(metric)
                    .hasName("weft.connections.refused")
                    .hasLongSumSatisfying(
                        sum ->
                            sum.hasPointsSatisfying(
                                point ->
                                    point
                                        .hasValue(1)
                                        .hasAttribute(AttributeKey.longKey("port"), 8080L)
                                        .hasAttribute(text("reason"), "plaintext"))));
  }

  @Test
  void aRefusalOfATokenSaysWhoRefusesAndWhy() {
    metrics.policyMatched(
        new PolicyMatch(PolicyMatch.Effect.UNAUTHENTICATED, "the policy", "Jwt is expired"));

    assertThat(OTEL.getMetrics())
        .anySatisfy(
            metric ->
                assertThat(metric)
                    .hasName("weft.policy.matches")
                    .hasLongSumSatisfying(
                        sum ->
                            sum.hasPointsSatisfying(
                                point ->
                                    point
                                        .hasAttribute(text("weft.policy"), "the policy")
                                        .hasAttribute(
                                            text("weft.policy.reason"), "Jwt is expired"))));
  }

  private static double[] buckets() {
    return new double[] {
      0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000,
      1800000, 3600000
    };
  }

  private record StubObserved(Object handle, int number, int status, String flag)
      implements Observed {
    @Override
    public RouteInfo route() {
      return new RouteInfo("0.0.0.0_80", "orders:80", "default");
    }

    @Override
    public Destination destination() {
      return ORDERS;
    }

    @Override
    public int grpcStatus() {
      return -1;
    }

    @Override
    public long delayNanos() {
      return 0;
    }

    @Override
    public boolean isGrpc() {
      return false;
    }

    @Override
    public boolean isMirror() {
      return false;
    }
  }
}
