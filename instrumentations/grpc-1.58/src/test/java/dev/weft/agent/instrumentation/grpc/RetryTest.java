/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.seam.Attempt;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When another attempt follows, and what is sent again. */
class RetryTest {
  private static final ScriptedMesh.Retry ONCE_MORE =
      (report, replayable) -> report.startsWith("1 ") && replayable ? 0 : Attempt.DELIVER;

  private final OrdersServer v1 = new OrdersServer("v1");
  private final OrdersServer v2 = new OrdersServer("v2");
  private final ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(n == 1 ? v1 : v2));
  private ManagedChannel channel = Calls.channel();

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  @BeforeEach
  void open() {
    channel.shutdownNow();
    channel = Calls.channel();
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    mesh.close();
    v1.close();
    v2.close();
    assertThat(mesh.active).hasValue(0);
  }

  @Test
  void aStatusBeforeAnyMessageIsFollowedByAnotherAttempt() {
    v1.answering(n -> Status.UNAVAILABLE);
    mesh.retrying(ONCE_MORE);

    assertThat(Calls.get(channel, "a")).isEqualTo("v2:a");

    assertThat(mesh.reports)
        .containsExactly("1 headers 200/14", "2 headers 200/-1", "2 end COMPLETE/0");
  }

  @Test
  void aStatusThatIsNotTriedAgainIsDeliveredAsItIs() {
    v1.answering(n -> Status.FAILED_PRECONDITION.withDescription("closed on Sundays"));

    StatusRuntimeException failure = Calls.failure(channel, Calls.patient());

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure.getStatus().getDescription()).isEqualTo("closed on Sundays");
    assertThat(mesh.reports).containsExactly("1 headers 200/9", "1 end COMPLETE/9");
  }

  @Test
  void anEndpointThatCannotBeReachedIsFollowedByAnother() {
    v1.close();
    mesh.retrying(ONCE_MORE);

    assertThat(Calls.get(channel, "a")).isEqualTo("v2:a");

    assertThat(mesh.reports)
        .containsExactly("1 failed CONNECT", "2 headers 200/-1", "2 end COMPLETE/0");
  }

  @Test
  void anEndpointThatCannotBeReachedFailsWithTheLibrarysOwnException() {
    v1.close();

    StatusRuntimeException failure = Calls.failure(channel, Calls.patient());

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure.getStatus().getDescription()).startsWith("io exception");
    assertThat(failure.getStatus().getCause()).isInstanceOf(ConnectException.class);
    assertThat(mesh.reports).containsExactly("1 failed CONNECT");
  }

  @Test
  void anAttemptThatTakesTooLongIsCancelledAndFollowedByAnother() {
    v1.hanging();
    ScriptedMesh impatient =
        new ScriptedMesh(n -> n == 1 ? Plan.to(v1).timeout(Duration.ofMillis(300)) : Plan.to(v2))
            .retrying(ONCE_MORE);

    assertThat(Calls.get(channel, "a")).isEqualTo("v2:a");

    assertThat(impatient.reports)
        .containsExactly("1 failed TIMEOUT", "2 headers 200/-1", "2 end COMPLETE/0");
    assertThat(impatient.active).hasValue(0);
  }

  @Test
  void whatTheApplicationStreamedIsSentAgain() {
    v1.answering(n -> Status.UNAVAILABLE);
    mesh.retrying(ONCE_MORE);
    Calls.Conversation collecting = Calls.collect(channel);

    collecting.requests.onNext("a");
    collecting.requests.onNext("b");
    collecting.requests.onNext("c");
    collecting.requests.onCompleted();

    assertThat(collecting.await().isOk()).isTrue();
    assertThat(collecting.received).containsExactly("v2:a+b+c");
  }

  @Test
  void messagesLargerThanTheLimitAreNotSentAgain() {
    v1.answering(n -> Status.UNAVAILABLE);
    mesh.retrying(ONCE_MORE);
    Calls.Conversation collecting = Calls.collect(channel);

    collecting.requests.onNext("x".repeat((int) Replay.LIMIT_BYTES));
    collecting.requests.onNext("b");
    collecting.requests.onCompleted();

    assertThat(collecting.await().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(mesh.reports).containsExactly("1 headers 200/14", "1 end COMPLETE/14");
  }

  @Test
  void afterTheFirstMessageNothingIsTriedAgain() {
    mesh.retrying(ONCE_MORE);
    mesh.retrying((report, replayable) -> report.contains("/10") ? 0 : Attempt.DELIVER);

    assertThat(Calls.list(channel, "a,b,break")).containsExactly("v1:a", "v1:b", "ABORTED");

    assertThat(mesh.reports).containsExactly("1 headers 200/-1", "1 end COMPLETE/10");
  }

  @Test
  void aStreamThatFailsBeforeItsFirstMessageIsTriedAgain() {
    v1.answering(n -> Status.UNAVAILABLE);
    mesh.retrying(ONCE_MORE);

    assertThat(Calls.list(channel, "a,b")).containsExactly("v2:a", "v2:b");
  }

  @Test
  void aCallThatWaitsForReadyOutlivesAnEndpointThatIsAway() {
    v1.close();
    ScriptedMesh one = new ScriptedMesh(n -> Plan.to(v1));
    Calls.Closing waiting = Calls.start(channel, Calls.patient().withWaitForReady());
    Awaitility.await().until(() -> one.reports.contains("1 failed CONNECT"));

    try (OrdersServer back = new OrdersServer("back", v1.port())) {
      assertThat(waiting.await().isOk()).isTrue();
      assertThat(waiting.message).isEqualTo("back:a");
      assertThat(back.calls).hasValue(1);
    }
    assertThat(one.active).hasValue(0);
  }

  @Test
  void withoutAPolicyNothingOfTheLibrarysOwnIsTriedAgain() {
    v1.answering(n -> Status.UNAVAILABLE);
    ManagedChannel retrying =
        Transport.NETTY
            .builder("orders.mesh:80")
            .defaultServiceConfig(
                Map.of(
                    "methodConfig",
                    List.of(
                        Map.of(
                            "name",
                            List.of(Map.of()),
                            "retryPolicy",
                            Map.of(
                                "maxAttempts",
                                4.0,
                                "initialBackoff",
                                "0.01s",
                                "maxBackoff",
                                "0.01s",
                                "backoffMultiplier",
                                1.0,
                                "retryableStatusCodes",
                                List.of("UNAVAILABLE"))))))
            .build();

    StatusRuntimeException failure = Calls.failure(retrying, CallOptions.DEFAULT);

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(v1.calls).hasValue(1);
    retrying.shutdownNow();
  }
}
