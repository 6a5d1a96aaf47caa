/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.seam.Attempt;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The application's deadlines and cancellations, and the delays that a policy orders. */
class DeadlineTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final OrdersServer server = new OrdersServer("v1");
  private ManagedChannel channel = Calls.channel();

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    server.close();
  }

  @Test
  void theApplicationsDeadlineFailsTheCallAsEver() {
    server.hanging();
    try (ScriptedMesh mesh = mesh(Plan.to(server))) {
      Status status =
          Calls.failure(channel, CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS))
              .getStatus();

      assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(mesh.reports).containsExactly("1 failed APPLICATION_TIMEOUT");
      assertThat(mesh.active).hasValue(0);
    }
  }

  @Test
  void theDeadlineEndsADelay() {
    try (ScriptedMesh mesh = mesh(Plan.to(server).delay(LONG))) {
      Status status =
          Calls.failure(channel, CallOptions.DEFAULT.withDeadlineAfter(200, TimeUnit.MILLISECONDS))
              .getStatus();

      assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(mesh.reports).containsExactly("1 failed APPLICATION_TIMEOUT");
      assertThat(server.calls).hasValue(0);
    }
  }

  @Test
  void theDeadlineOfTheContextEndsADelay() {
    try (ScriptedMesh mesh = mesh(Plan.to(server).delay(LONG));
        Context.CancellableContext context =
            Context.current()
                .withDeadlineAfter(
                    200, TimeUnit.MILLISECONDS, Executors.newSingleThreadScheduledExecutor())) {
      Calls.Closing[] closing = new Calls.Closing[1];

      context.run(() -> closing[0] = Calls.start(channel, CallOptions.DEFAULT));

      assertThat(closing[0].await().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(mesh.reports).containsExactly("1 failed APPLICATION_TIMEOUT");
    }
  }

  @Test
  void aCancelEndsADelay() {
    try (ScriptedMesh mesh = mesh(Plan.to(server).delay(LONG))) {
      Calls.Closing closing = Calls.start(channel, CallOptions.DEFAULT);

      closing.call.cancel("changed my mind", null);

      Status status = closing.await();
      assertThat(status.getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(status.getDescription()).isEqualTo("changed my mind");
      assertThat(mesh.reports).containsExactly("1 failed CANCELLED");
      assertThat(server.calls).hasValue(0);
    }
  }

  @Test
  void aCancelledContextEndsADelay() {
    try (ScriptedMesh mesh = mesh(Plan.to(server).delay(LONG))) {
      Context.CancellableContext context = Context.current().withCancellation();
      Calls.Closing[] closing = new Calls.Closing[1];
      context.run(() -> closing[0] = Calls.start(channel, CallOptions.DEFAULT));

      context.cancel(null);

      assertThat(closing[0].await().getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(mesh.reports).containsExactly("1 failed CANCELLED");
    }
  }

  @Test
  void aCancelWhileARetryWaitsAbandonsTheCall() {
    server.answering(n -> Status.UNAVAILABLE);
    try (ScriptedMesh mesh =
        mesh(Plan.to(server)).retrying((report, replayable) -> LONG.toNanos())) {
      Calls.Closing closing = Calls.start(channel, CallOptions.DEFAULT);
      Awaitility.await().until(() -> mesh.reports.contains("1 headers 200/14"));

      closing.call.cancel("enough", null);

      assertThat(closing.await().getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(mesh.reports).containsExactly("1 headers 200/14", "abandoned");
    }
  }

  @Test
  void aCancelOfAnAttemptReachesTheServer() {
    server.hanging();
    try (ScriptedMesh mesh = mesh(Plan.to(server))) {
      Calls.Closing closing = Calls.start(channel, CallOptions.DEFAULT);
      Awaitility.await().until(() -> server.calls.get() == 1);

      closing.call.cancel("enough", null);

      assertThat(closing.await().getCode()).isEqualTo(Status.Code.CANCELLED);
      assertThat(mesh.reports).containsExactly("1 failed CANCELLED");
    }
  }

  @Test
  void delayedCallsHoldNoThreadOfTheApplicationsExecutor() {
    ExecutorService one = Executors.newSingleThreadExecutor();
    channel.shutdownNow();
    channel = Transport.NETTY.builder("orders.mesh:80").executor(one).build();
    try (ScriptedMesh mesh = mesh(Plan.to(server).delay(Duration.ofMillis(400)))) {
      long start = System.nanoTime();
      List<Calls.Closing> calls = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        calls.add(Calls.start(channel, Calls.patient()));
      }

      calls.forEach(call -> assertThat(call.await().isOk()).isTrue());

      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      assertThat(taken).isBetween(Duration.ofMillis(400), Duration.ofSeconds(10));
      assertThat(mesh.active).hasValue(0);
    } finally {
      one.shutdown();
    }
  }

  @Test
  void withoutARetryAnAttemptThatTakesTooLongFailsTheCall() {
    server.hanging();
    try (ScriptedMesh mesh = mesh(Plan.to(server).timeout(Duration.ofMillis(200)))) {
      mesh.retrying((report, replayable) -> Attempt.DELIVER);

      Status status = Calls.failure(channel, Calls.patient()).getStatus();

      assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(mesh.reports).containsExactly("1 failed TIMEOUT");
    }
  }

  private static ScriptedMesh mesh(Plan plan) {
    return new ScriptedMesh(n -> plan);
  }
}
