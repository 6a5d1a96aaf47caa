/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Reply;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.internal.ServerImplBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls that come in. */
class ServerTest {
  private final OrdersServer server;
  private final ManagedChannel channel;

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  ServerTest() {
    Weaving.ensure();
    server = new OrdersServer("v1");
    channel = Transport.NETTY.builder("localhost:" + server.port()).build();
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    server.close();
  }

  @Test
  void aServerReportsItsPortWhileItListens() {
    try (ScriptedGate gate = new ScriptedGate(null)) {
      OrdersServer another = new OrdersServer("another");
      assertThat(gate.ports).contains(another.port());

      another.close();

      assertThat(gate.ports).doesNotContain(another.port());
    }
  }

  @Test
  void aPortThatWasOpenedBeforeTheMeshStartedIsReportedToo() {
    try (ScriptedGate gate = new ScriptedGate(null)) {
      assertThat(gate.ports).contains(server.port());
    }
  }

  @Test
  void theApplicationHandlesWhatTheMeshLetsThrough() {
    try (ScriptedGate gate = new ScriptedGate(null)) {
      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");

      assertThat(gate.requests)
          .containsExactly("POST localhost/shop.Orders/Get grpc from 127.0.0.1");
      Awaitility.await().until(() -> !gate.ends.isEmpty());
      assertThat(gate.ends).containsExactly("200/0");
    }
  }

  @Test
  void theStatusThatTheApplicationClosesWithIsReported() {
    server.answering(n -> Status.NOT_FOUND);
    try (ScriptedGate gate = new ScriptedGate(null)) {
      assertThat(Calls.failure(channel, Calls.patient()).getStatus().getCode())
          .isEqualTo(Status.Code.NOT_FOUND);

      Awaitility.await().until(() -> !gate.ends.isEmpty());
      assertThat(gate.ends).containsExactly("200/5");
    }
  }

  @Test
  void aHandlerThatThrowsEndsTheCallOnce() {
    server.answering(
        n -> {
          throw new IllegalStateException("bug");
        });
    try (ScriptedGate gate = new ScriptedGate(null)) {
      assertThat(Calls.failure(channel, Calls.patient()).getStatus().getCode())
          .isEqualTo(Status.Code.UNKNOWN);

      Awaitility.await().until(() -> !gate.ends.isEmpty());
      assertThat(gate.ends).hasSize(1).allMatch(end -> end.endsWith("/2") || end.endsWith("/1"));
    }
  }

  @Test
  void aReplyClosesTheCallBeforeTheApplicationSeesIt() {
    Reply denied =
        new Reply(403, 7, List.of(Map.entry("x-why", "policy")), "RBAC: access denied", "", 0);
    try (ScriptedGate gate = new ScriptedGate(denied)) {
      Calls.Closing closing = Calls.start(channel, CallOptions.DEFAULT);

      Status status = closing.await();
      assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(status.getDescription()).isEqualTo("RBAC: access denied");
      assertThat(closing.trailers.keys()).contains("x-why");
      assertThat(server.calls).hasValue(0);
      Awaitility.await().untilAsserted(() -> assertThat(gate.ends).containsExactly("200/7"));
    }
  }

  @Test
  void aFaultOfOursRefusesTheCallWhereSomethingGuards() {
    try (ScriptedGate gate = new ScriptedGate(null).failing(true)) {
      Status status = Calls.failure(channel, Calls.patient()).getStatus();

      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(status.getDescription()).contains("Weft");
      assertThat(server.calls).hasValue(0);
      assertThat(gate.ends)
          .containsExactly("grpc-1.58 failed at " + server.port() + ": a class of the library");
    }
  }

  @Test
  void aFaultOfOursLetsTheCallThroughWhereNothingGuards() {
    try (ScriptedGate gate = new ScriptedGate(null).failing(false)) {
      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");

      assertThat(gate.ends).hasSize(1);
    }
  }

  @Test
  void aServerThatDoesNotTakeTheInterceptorRefusesWhereSomethingGuards() throws Exception {
    try (ScriptedGate gate = new ScriptedGate(null).failing(true);
        OrdersServer unguarded = new OrdersServer("unguarded", unwilling())) {
      ManagedChannel toUnguarded = Transport.NETTY.builder("localhost:" + unguarded.port()).build();
      try {
        Status status = Calls.failure(toUnguarded, Calls.patient()).getStatus();

        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription()).contains("Weft cannot decide");
        assertThat(unguarded.calls).hasValue(0);
        assertThat(gate.ends)
            .contains(
                "grpc-1.58 failed at "
                    + unguarded.port()
                    + ": this server did not take Weft's interceptor");
        assertThat(Hooks.statuses())
            .hasEntrySatisfying(
                "grpc-1.58", hook -> assertThat(hook.state()).isEqualTo(Hooks.State.FAILED));
      } finally {
        toUnguarded.shutdownNow();
      }
    }
  }

  @Test
  void aServerThatDoesNotTakeTheInterceptorServesWhereNothingGuards() throws Exception {
    try (ScriptedGate gate = new ScriptedGate(null).failing(false);
        OrdersServer unguarded = new OrdersServer("unguarded", unwilling())) {
      ManagedChannel toUnguarded = Transport.NETTY.builder("localhost:" + unguarded.port()).build();
      try {
        assertThat(Calls.get(toUnguarded, "a")).isEqualTo("unguarded:a");
        assertThat(gate.ends).isNotEmpty();
      } finally {
        toUnguarded.shutdownNow();
      }
    }
  }

  /** Returns a builder that no interceptor can be added to any more. */
  private static ServerBuilder<?> unwilling() throws ReflectiveOperationException {
    NettyServerBuilder builder = NettyServerBuilder.forAddress(OrdersServer.loopback(0));
    Field inner = NettyServerBuilder.class.getDeclaredField("serverImplBuilder");
    inner.setAccessible(true);
    Field interceptors = ServerImplBuilder.class.getDeclaredField("interceptors");
    interceptors.setAccessible(true);
    interceptors.set(inner.get(builder), new Unwilling());
    return builder;
  }

  /** Takes the application's interceptors only. */
  private static final class Unwilling extends ArrayList<ServerInterceptor> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean add(ServerInterceptor interceptor) {
      if (interceptor == InboundInterceptor.INSTANCE) {
        throw new UnsupportedOperationException("full");
      }
      return super.add(interceptor);
    }
  }

  @Test
  void aReplyIsDelayedWithoutAThread() {
    Reply late = new Reply(503, -1, List.of(), "busy", "FI", Duration.ofMillis(300).toNanos());
    try (ScriptedGate gate = new ScriptedGate(late)) {
      long start = System.nanoTime();

      assertThat(Calls.failure(channel, Calls.patient()).getStatus().getCode())
          .isEqualTo(Status.Code.UNAVAILABLE);

      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(late.delayNanos());
      Awaitility.await().until(() -> gate.ends.equals(List.of("200/14")));
    }
  }

  @Test
  void aStreamThatTheClientCancelsEndsOnce() throws InterruptedException {
    try (ScriptedGate gate = new ScriptedGate(null)) {
      Calls.Conversation talk = Calls.talk(channel);
      talk.requests.onNext("a");
      talk.received(1);

      ((ClientCallStreamObserver<String>) talk.requests).cancel("enough", null);

      Awaitility.await().until(() -> !gate.ends.isEmpty());
      assertThat(gate.ends).containsExactly("0/1");
    }
  }
}
