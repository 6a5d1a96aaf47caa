/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The channel as the application holds it: states, shutdown, idle mode, and what is not ours. */
class ChannelLifeTest {
  private static final Duration LATER = Duration.ofMillis(400);

  private final OrdersServer server = new OrdersServer("v1");
  private final ManagedChannel channel = Calls.channel();

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void aManagedChannelGetsReadyWithoutALookup() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server))) {
      assertThat(channel.getState(false)).isEqualTo(ConnectivityState.IDLE);

      channel.getState(true);

      Awaitility.await().until(() -> channel.getState(false) == ConnectivityState.READY);
      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");
      assertThat(channel.getState(false)).isEqualTo(ConnectivityState.READY);
      assertThat(mesh.reports).containsExactly("1 headers 200/-1", "1 end COMPLETE/0");
    }
  }

  @Test
  void aChannelWhoseEndpointIsAwaySaysSo() {
    server.close();
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server))) {
      Calls.failure(channel, Calls.patient());

      assertThat(channel.getState(false)).isEqualTo(ConnectivityState.TRANSIENT_FAILURE);
      assertThat(mesh.active).hasValue(0);
    }
  }

  @Test
  void aWatcherIsToldOfTheMeshChannelsState() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server))) {
      CompletableFuture<Void> changed = new CompletableFuture<>();
      channel.notifyWhenStateChanged(ConnectivityState.IDLE, () -> changed.complete(null));

      Calls.get(channel, "a");

      assertThat(changed).succeedsWithin(Duration.ofSeconds(10));
      assertThat(mesh.active).hasValue(0);
    }
  }

  @Test
  void aChannelGoesIdleAndComesBack() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server))) {
      Calls.get(channel, "a");

      channel.enterIdle();

      assertThat(channel.getState(false)).isEqualTo(ConnectivityState.IDLE);
      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");
      assertThat(mesh.active).hasValue(0);
    }
  }

  @Test
  void shutdownLetsACallThatTheMeshDelaysFinish() throws InterruptedException {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server).delay(LATER))) {
      Calls.Closing delayed = Calls.start(channel, Calls.patient());

      channel.shutdown();

      assertThat(channel.isShutdown()).isTrue();
      assertThat(channel.isTerminated()).isFalse();
      Status refused = Calls.failure(channel, CallOptions.DEFAULT).getStatus();
      assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(refused.getDescription()).isEqualTo("Channel shutdown invoked");
      assertThat(delayed.await().isOk()).isTrue();
      assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
      assertThat(channel.isTerminated()).isTrue();
      assertThat(mesh.active).hasValue(0);
    }
  }

  @Test
  void shutdownNowEndsACallThatTheMeshDelays() throws InterruptedException {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server).delay(Duration.ofSeconds(60)))) {
      Calls.Closing delayed = Calls.start(channel, CallOptions.DEFAULT);

      channel.shutdownNow();

      assertThat(delayed.await().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
      assertThat(mesh.reports).containsExactly("1 failed CANCELLED");
    }
  }

  @Test
  void shutdownNowEndsAnAttempt() throws InterruptedException {
    server.hanging();
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server))) {
      Calls.Closing hanging = Calls.start(channel, CallOptions.DEFAULT);
      Awaitility.await().until(() -> server.calls.get() == 1);

      channel.shutdownNow();

      assertThat(hanging.await().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
      assertThat(mesh.reports).containsExactly("1 failed CANCELLED");
    }
  }

  @Test
  void anEndpointThatComesBackIsReachedAtTheNextCall() {
    int port = server.port();
    InetSocketAddress address = server.address();
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(address))) {
      Calls.get(channel, "a");
      server.close();
      Calls.failure(channel, Calls.patient());

      try (OrdersServer back = new OrdersServer("back", port)) {
        assertThat(Calls.get(channel, "a")).isEqualTo("back:a");
        assertThat(back.connections).hasValue(1);
      }
      assertThat(mesh.active).hasValue(0);
    }
  }

  @Test
  void channelsThatTheApplicationWiredItselfStayUntouched() {
    ManagedChannel tls = io.grpc.netty.NettyChannelBuilder.forTarget("orders.mesh:443").build();
    ManagedChannel address =
        io.grpc.netty.NettyChannelBuilder.forAddress(server.address()).usePlaintext().build();
    ManagedChannel woven = Transport.NETTY.builder("dns:///orders.mesh:80").build();

    assertThat(tls).isNotInstanceOf(WovenChannel.class);
    assertThat(address).isNotInstanceOf(WovenChannel.class);
    assertThat(woven).isInstanceOf(WovenChannel.class);
    tls.shutdownNow();
    address.shutdownNow();
    woven.shutdownNow();
  }

  @Test
  void aBuilderThatIsUsedTwiceBuildsTwoChannels() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server))) {
      io.grpc.ManagedChannelBuilder<?> builder = Transport.NETTY.builder("orders.mesh:80");
      ManagedChannel first = builder.build();
      ManagedChannel second = builder.build();

      assertThat(Calls.get(first, "a")).isEqualTo("v1:a");
      assertThat(Calls.get(second, "a")).isEqualTo("v1:a");

      assertThat(mesh.requests).hasSize(2);
      assertThat(server.connections).hasValue(2);
      first.shutdownNow();
      second.shutdownNow();
    }
  }
}
