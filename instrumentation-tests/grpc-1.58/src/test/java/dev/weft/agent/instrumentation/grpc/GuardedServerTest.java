/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.testing.ContractGuard;
import dev.weft.agent.testing.TestMesh;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What guards a server, and what becomes of calls when that cannot be read or is lost. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GuardedServerTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Path CONFIGURATION = Path.of(System.getProperty("weft.xds.file", ""));
  private static final String NOT_KNOWN = "it is not known what guards this service";

  private static OrdersServer server = new OrdersServer("v1");

  private ManagedChannel channel = channel("localhost");

  @BeforeAll
  static void forgetOtherTests() throws IOException {
    Files.deleteIfExists(CONFIGURATION);
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
    Files.deleteIfExists(CONFIGURATION);
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  @Order(1)
  void filterThatIsNotKnownRefuses() {
    ContractGuard.unknown(new TestMesh()).write(CONFIGURATION);

    awaitRefusal();
  }

  @Test
  @Order(2)
  void hostOfAPolicyIsTheAuthorityWithItsPort() {
    ContractGuard.of(new TestMesh()).write(CONFIGURATION);
    await().atMost(SOON).until(() -> Calls.list(channel, "a").equals(List.of("v1:a")));

    use("denied.test:8080");
    assertThat(Calls.list(channel, "a")).containsExactly("PERMISSION_DENIED");
    use("denied.test:8081");
    assertThat(Calls.list(channel, "a")).containsExactly("v1:a");
    use("denied.test");
    assertThat(Calls.list(channel, "a")).containsExactly("v1:a");
  }

  @Test
  @Order(3)
  void lossOfWhatGuardsAfterStrictWasSeenRefuses() {
    new TestMesh().mutualTls("STRICT").write(CONFIGURATION);
    await().atMost(SOON).until(() -> !Calls.list(channel, "a").equals(List.of("v1:a")));

    new TestMesh().write(CONFIGURATION);

    awaitRefusal();
  }

  private void awaitRefusal() {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              StatusRuntimeException failure = Calls.failure(channel, Calls.patient());
              assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
              assertThat(failure.getStatus().getDescription()).isEqualTo(NOT_KNOWN);
            });
    int before = server.calls.get();
    assertThat(Calls.failure(channel, Calls.patient())).hasMessageContaining(NOT_KNOWN);
    assertThat(server.calls).hasValue(before);
  }

  private void use(String authority) {
    channel.shutdownNow();
    channel = channel(authority);
  }

  private static ManagedChannel channel(String authority) {
    return NettyChannelBuilder.forAddress(OrdersServer.loopback(server.port()))
        .overrideAuthority(authority)
        .usePlaintext()
        .build();
  }
}
