/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.seam.Attempt;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What of a call the mesh reads, and what it changes on the wire. */
class WireTest {
  private static final Metadata.Key<String> USER = key("x-user");
  private static final Metadata.Key<String> SECRET = key("x-secret");
  private static final Metadata.Key<String> ROUTE = key("x-route");
  private static final Metadata.Key<String> SERVED_BY = key("x-served-by");

  private final OrdersServer v1 = new OrdersServer("v1");
  private final OrdersServer v2 = new OrdersServer("v2");
  private final AtomicInteger intercepted = new AtomicInteger();
  private final ManagedChannel channel =
      Transport.NETTY.builder("orders.mesh").intercept(new UserInterceptor()).build();

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdown().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    v1.close();
    v2.close();
  }

  @Test
  void theMeshReadsWhatTheApplicationsInterceptorsAdded() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(v1))) {
      Calls.get(channel, "a");

      assertThat(mesh.requests).containsExactly("POST orders.mesh:80/shop.Orders/Get grpc ann");
    }
  }

  @Test
  void theApplicationsInterceptorsSeeOneCallHoweverManyAttempts() {
    v1.answering(n -> Status.UNAVAILABLE);
    try (ScriptedMesh mesh =
        new ScriptedMesh(n -> Plan.to(n < 3 ? v1 : v2))
            .retrying((report, replayable) -> report.contains("/14") ? 0 : Attempt.DELIVER)) {
      assertThat(Calls.get(channel, "a")).isEqualTo("v2:a");

      assertThat(intercepted).hasValue(1);
      assertThat(v1.calls).hasValue(2);
      assertThat(v2.headers.get(0).get(USER)).isEqualTo("ann");
      assertThat(mesh.active).hasValue(0);
    }
  }

  @Test
  void headersAuthorityAndPathAreChangedOnTheWireOnly() {
    try (ScriptedMesh mesh =
        new ScriptedMesh(
            n -> Plan.to(v1).authority("orders-v1.shop").path("/shop.Orders/Get").mutating())) {
      Calls.Closing closing = Calls.start(channel, CallOptions.DEFAULT);

      assertThat(closing.await().isOk()).isTrue();
      Metadata received = v1.headers.get(0);
      assertThat(received.get(ROUTE)).isEqualTo("canary");
      assertThat(received.get(SECRET)).isNull();
      assertThat(received.get(USER)).isEqualTo("ann");
      assertThat(v1.authorities).containsExactly("orders-v1.shop");
      assertThat(closing.headers.get(SERVED_BY)).isEqualTo("mesh");
      assertThat(mesh.active).hasValue(0);
    }
  }

  @Test
  void aRewrittenPathReachesAnotherMethod() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(v1).path("/shop.Orders/Collect"))) {
      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");
      assertThat(mesh.requests).containsExactly("POST orders.mesh:80/shop.Orders/Get grpc ann");
    }
  }

  @Test
  void aCallsOwnAuthorityIsTheHostThatRoutesMatch() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(v1))) {
      mesh.managesHost("other.mesh");

      Calls.get(channel, "a", Calls.patient().withAuthority("other.mesh"));

      assertThat(mesh.requests).containsExactly("POST other.mesh:80/shop.Orders/Get grpc ann");
      assertThat(v1.authorities).containsExactly("other.mesh");
    }
  }

  @Test
  void aMirroredCallIsSentTwiceAndAnsweredOnce() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> n == 1 ? Plan.to(v1).mirrored() : Plan.to(v2))) {
      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");

      Awaitility.await().until(() -> mesh.reports.contains("2 end COMPLETE/0"));
      assertThat(v2.calls).hasValue(1);
      assertThat(v2.headers.get(0).get(USER)).isEqualTo("ann");
      assertThat(intercepted).hasValue(1);
      assertThat(mesh.active).hasValue(0);
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private final class UserInterceptor implements ClientInterceptor {
    @Override
    public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
        MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
      intercepted.incrementAndGet();
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<RespT> listener, Metadata headers) {
          headers.put(USER, "ann");
          headers.put(SECRET, "s");
          super.start(listener, headers);
        }
      };
    }
  }
}
