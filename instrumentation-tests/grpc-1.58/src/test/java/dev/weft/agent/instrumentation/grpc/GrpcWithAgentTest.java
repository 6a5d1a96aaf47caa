/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.UInt32Value;
import dev.weft.agent.testing.TestMesh;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What gRPC's users see with the agent and its real engine; the names are in no DNS. */
class GrpcWithAgentTest {
  private static final FractionalPercent ALL =
      FractionalPercent.newBuilder().setNumerator(100).build();
  private static final Metadata.Key<String> TRACE =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  private static OrdersServer v1 = new OrdersServer("v1");
  private static OrdersServer v2 = new OrdersServer("v2");
  private static OrdersServer broken =
      new OrdersServer("broken").answering(n -> Status.UNAVAILABLE.withDescription("try later"));

  private ManagedChannel channel = Transport.NETTY.builder("ready.test").build();

  @BeforeAll
  static void writeTheMesh() {
    OrdersServer gone = new OrdersServer("gone");
    gone.close();
    new TestMesh()
        .host("ready.test", List.of(at(v1)), route -> {})
        .host("two.test", List.of(at(v1), at(v2)), route -> {})
        .host("v2.test", List.of(at(v2)), route -> {})
        .host("weighted.test", List.of(at(v1)), GrpcWithAgentTest::weights)
        .host("gone.test", List.of(at(gone)), route -> {})
        .host("elsewhere.test", List.of(at(broken), at(v1)), route -> retry(route, "unavailable"))
        .host("reachable.test", List.of(at(gone), at(v1)), route -> retry(route, "connect-failure"))
        .host("broken.test", List.of(at(broken)), route -> {})
        .host(
            "abort.test",
            List.of(at(v1)),
            route ->
                TestMesh.fault(
                    route,
                    HTTPFault.newBuilder()
                        .setAbort(FaultAbort.newBuilder().setHttpStatus(503).setPercentage(ALL))
                        .build()))
        .host(
            "delay.test",
            List.of(at(v1)),
            route ->
                TestMesh.fault(
                    route,
                    HTTPFault.newBuilder()
                        .setDelay(
                            FaultDelay.newBuilder()
                                .setFixedDelay(TestMesh.millis(300))
                                .setPercentage(ALL))
                        .build()))
        .write(Path.of(System.getProperty("weft.xds.file")));
  }

  @AfterAll
  static void stopServers() {
    List.of(v1, v2, broken).forEach(OrdersServer::close);
  }

  @BeforeEach
  void awaitTheMesh() {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> Calls.get(channel, "a").equals("v1:a"));
    channel.shutdownNow();
    for (OrdersServer server : List.of(v1, v2, broken)) {
      server.calls.set(0);
      server.connections.set(0);
      server.headers.clear();
    }
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdown().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void hundredCallsOverOneChannelGoToTwoEndpointsOverTwoConnections(Transport transport) {
    channel = transport.builder("two.test").build();

    for (int i = 0; i < 100; i++) {
      assertThat(Calls.get(channel, "a")).isIn("v1:a", "v2:a");
    }

    assertThat(v1.calls).hasValue(50);
    assertThat(v2.calls).hasValue(50);
    assertThat(v1.connections).hasValue(1);
    assertThat(v2.connections).hasValue(1);
  }

  @Test
  void weightsPartTheCallsOfOneChannel() {
    channel = Transport.NETTY_SHADED.builder("weighted.test").build();

    for (int i = 0; i < 200; i++) {
      Calls.get(channel, "a");
    }

    // 200 draws at 50 %: 35 is five standard deviations.
    assertThat(v1.calls.get()).isCloseTo(100, within(35));
    assertThat(v1.calls.get() + v2.calls.get()).isEqualTo(200);
    assertThat(v1.connections).hasValue(1);
    assertThat(v2.connections).hasValue(1);
  }

  @Test
  void streamsAreBalancedAsCallsAre() throws InterruptedException {
    channel = Transport.NETTY.builder("two.test").build();

    Calls.Conversation first = Calls.talk(channel);
    Calls.Conversation second = Calls.talk(channel);
    for (int i = 0; i < 10; i++) {
      first.requests.onNext("a");
      second.requests.onNext("b");
    }
    first.requests.onCompleted();
    second.requests.onCompleted();

    assertThat(first.await().isOk()).isTrue();
    assertThat(second.await().isOk()).isTrue();
    assertThat(first.received(10)).hasSize(10).containsOnly(first.received(1).get(0));
    assertThat(second.received(10)).hasSize(10);
    assertThat(v1.calls).hasValue(1);
    assertThat(v2.calls).hasValue(1);
  }

  @Test
  void anInjectedAbortIsTheLibrarysStatus() {
    channel = Transport.NETTY.builder("abort.test").build();

    Status status = Calls.failure(channel, Calls.patient()).getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription()).isEqualTo("fault filter abort");
    assertThat(v1.calls).hasValue(0);
  }

  @Test
  void anInjectedDelayLetsTheCallWait() {
    channel = Transport.NETTY.builder("delay.test").build();
    long start = System.nanoTime();

    assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
  }

  @Test
  void theApplicationsDeadlineHoldsDuringADelay() {
    channel = Transport.NETTY.builder("delay.test").build();

    Status status =
        Calls.failure(channel, CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS))
            .getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(v1.calls).hasValue(0);
  }

  @Test
  void aFailedCallIsTriedAgainElsewhereInASpanOfItsOwn() {
    channel = Transport.NETTY.builder("elsewhere.test").build();

    for (int i = 0; i < 10; i++) {
      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");
    }

    assertThat(broken.calls.get()).isPositive();
    assertThat(v1.calls).hasValue(10);
    List<String> failed = traces(broken);
    List<String> succeeded = traces(v1);
    if ("none".equals(System.getProperty("weft.telemetry"))) {
      assertThat(failed).isEmpty();
    } else {
      assertThat(succeeded).doesNotHaveDuplicates().doesNotContainAnyElementsOf(failed);
    }
  }

  @Test
  void anEndpointThatIsAwayIsPassedBy() {
    channel = Transport.NETTY.builder("reachable.test").build();

    for (int i = 0; i < 10; i++) {
      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");
    }
  }

  @Test
  void aFailureIsTheLibrarysOwn() {
    channel = Transport.NETTY.builder("gone.test").build();

    StatusRuntimeException failure = Calls.failure(channel, Calls.patient());

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure.getStatus().getCause()).isInstanceOf(ConnectException.class);
  }

  @Test
  void aServersStatusIsDelivered() {
    channel = Transport.NETTY.builder("broken.test").build();

    Status status = Calls.failure(channel, Calls.patient()).getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription()).isEqualTo("try later");
  }

  @Test
  void anUnmanagedHostIsReachedAsEver() {
    channel = Transport.NETTY.builder("localhost:" + v2.port()).build();

    assertThat(Calls.get(channel, "a")).isEqualTo("v2:a");
  }

  private static void weights(Route.Builder route) {
    route
        .getRouteBuilder()
        .setWeightedClusters(
            WeightedCluster.newBuilder()
                .addClusters(weight("ready.test", 50))
                .addClusters(weight("v2.test", 50)));
  }

  private static WeightedCluster.ClusterWeight.Builder weight(String cluster, int weight) {
    return WeightedCluster.ClusterWeight.newBuilder()
        .setName(cluster)
        .setWeight(UInt32Value.of(weight));
  }

  private static void retry(Route.Builder route, String on) {
    route
        .getRouteBuilder()
        .setRetryPolicy(
            RetryPolicy.newBuilder()
                .setRetryOn(on)
                .setNumRetries(UInt32Value.of(3))
                .setRetryBackOff(
                    RetryPolicy.RetryBackOff.newBuilder().setBaseInterval(TestMesh.millis(5))));
  }

  private static List<String> traces(OrdersServer server) {
    return server.headers.stream()
        .map(headers -> headers.get(TRACE))
        .filter(java.util.Objects::nonNull)
        .toList();
  }

  private static String at(OrdersServer server) {
    return "127.0.0.1:" + server.port();
  }
}
