/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The experiment the design rests on: endpoints per call in an unchanged channel. */
class BalancingTest {
  private final OrdersServer v1 = new OrdersServer("v1");
  private final OrdersServer v2 = new OrdersServer("v2");

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  @AfterEach
  void close() {
    v1.close();
    v2.close();
  }

  @ParameterizedTest
  @EnumSource
  void hundredCallsOverOneChannelGoToTwoEndpointsOverTwoConnections(Transport transport)
      throws InterruptedException {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(n % 2 == 0 ? v1 : v2))) {
      ManagedChannel channel = transport.builder("orders.mesh:80").build();

      for (int i = 0; i < 100; i++) {
        assertThat(Calls.get(channel, "a")).isEqualTo(i % 2 == 0 ? "v2:a" : "v1:a");
      }

      assertThat(v1.calls).hasValue(50);
      assertThat(v2.calls).hasValue(50);
      assertThat(v1.connections).hasValue(1);
      assertThat(v2.connections).hasValue(1);
      assertThat(v1.authorities).containsOnly("orders.mesh:80");
      assertThat(mesh.requests.get(0)).isEqualTo("POST orders.mesh:80/shop.Orders/Get grpc null");
      assertThat(mesh.active).hasValue(0);
      assertThat(channel.shutdown().awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void anUnmanagedHostIsLookedUpByTheLibraryAndFailsAsEver() throws InterruptedException {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(v1))) {
      ManagedChannel channel = Transport.NETTY.builder("other.invalid:80").build();

      assertThatThrownBy(() -> Calls.get(channel, "a"))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(e.getStatus().getDescription())
                    .isEqualTo("Unable to resolve host other.invalid");
              });

      assertThat(mesh.requests).isEmpty();
      assertThat(channel.shutdown().awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aChannelFollowsItsTargetIntoTheMeshAndOutAgain() throws InterruptedException {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(v2))) {
      mesh.managesHost("localhost");
      ManagedChannel channel = Transport.NETTY.builder("localhost:" + v1.port()).build();

      String managed = Calls.get(channel, "a");
      mesh.managesHost("nothing.mesh");
      String unmanaged = Calls.get(channel, "a");
      mesh.managesHost("localhost");
      String managedAgain = Calls.get(channel, "a");

      assertThat(managed).isEqualTo("v2:a");
      assertThat(unmanaged).isEqualTo("v1:a");
      assertThat(managedAgain).isEqualTo("v2:a");
      assertThat(v2.connections).hasValue(1);
      assertThat(channel.shutdown().awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void anAttemptWithoutAnAddressGoesWhereTheLibraryResolves() throws InterruptedException {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to((java.net.InetSocketAddress) null))) {
      mesh.managesHost("localhost");
      ManagedChannel channel = Transport.NETTY.builder("localhost:" + v1.port()).build();

      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");

      assertThat(mesh.reports).containsExactly("1 headers 200/-1", "1 end COMPLETE/0");
      assertThat(channel.shutdown().awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    }
  }
}
