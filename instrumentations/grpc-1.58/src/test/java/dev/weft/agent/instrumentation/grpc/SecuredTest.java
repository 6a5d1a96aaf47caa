/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.ServerTls;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections in TLS, of channels and servers that know plaintext only. */
class SecuredTest {
  private static final WorkloadIdentity SELF =
      TestAuthority.create("mesh.test").issue("shop", "orders");
  private static final TlsContexts CONTEXTS = TlsContexts.of(SELF);
  private static final List<String> PROTOCOLS = List.of(TlsContexts.TLS_1_3);

  private ScriptedGate gate;
  private OrdersServer server;
  private ManagedChannel channel;

  @BeforeAll
  static void weave() {
    Weaving.ensure();
  }

  @BeforeEach
  void start() {
    gate = new ScriptedGate(null);
    server = new OrdersServer("v1");
    channel = Calls.channel();
  }

  @AfterEach
  void close() throws InterruptedException {
    assertThat(channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    server.close();
    gate.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void callsOverSecuredConnectionsAreOfAVerifiedPeer(Transport transport) throws Exception {
    gate.secured(serverTls(ServerTls.Mode.STRICT));
    assertThat(gate.takingTls).contains(server.port());
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server).secured(clientTls("orders")))) {
      use(transport.builder("orders.mesh:80"));

      for (int i = 0; i < 20; i++) {
        assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");
      }

      assertThat(server.connections).hasValue(1);
      assertThat(server.authorities).containsOnly("orders.mesh:80");
      assertThat(gate.peers).hasSize(20).containsOnly(SELF.id().toString());
      assertThat(mesh.active).hasValue(0);
    }
  }

  @Test
  void aShadedServerTakesTlsToo() throws Exception {
    gate.secured(serverTls(ServerTls.Mode.STRICT));
    OrdersServer shaded =
        new OrdersServer(
            "shaded",
            io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder.forAddress(
                OrdersServer.loopback(0)));
    try (shaded;
        ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(shaded).secured(clientTls("orders")))) {
      assertThat(Calls.get(channel, "a")).isEqualTo("shaded:a");
      assertThat(mesh.active).hasValue(0);
      assertThat(gate.peers).containsExactly(SELF.id().toString());
      assertThat(gate.takingTls).contains(shaded.port());
    }
  }

  @Test
  void anotherAuthorityIsSentOverASecuredConnectionWithoutAWarning() throws Exception {
    gate.secured(serverTls(ServerTls.Mode.STRICT));
    try (Warnings warnings = new Warnings("io.grpc.netty.NettyClientHandler");
        ScriptedMesh mesh =
            new ScriptedMesh(
                n -> Plan.to(server).secured(clientTls("orders")).authority("other.mesh:7"))) {
      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");
      assertThat(mesh.active).hasValue(0);
      assertThat(server.authorities).containsExactly("other.mesh:7");
      assertThat(warnings.records).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void aPeerWhoIsSomebodyElseGetsNoCall(Transport transport) throws Exception {
    gate.secured(serverTls(ServerTls.Mode.PERMISSIVE));
    try (ScriptedMesh mesh =
        new ScriptedMesh(n -> Plan.to(server).secured(clientTls("stranger")))) {
      use(transport.builder("orders.mesh:80"));

      Status status = Calls.failure(channel, Calls.patient()).getStatus();

      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(status.getCause()).hasStackTraceContaining("sa/orders");
      assertThat(mesh.reports).containsExactly("1 failed CONNECT");
      assertThat(server.calls).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NETTY", "NETTY_SHADED"})
  void aPlaintextServerOfSomebodyWithoutAMeshGetsNoCall(Transport transport) throws Exception {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server).secured(clientTls("orders")))) {
      use(transport.builder("orders.mesh:80"));

      Status status = Calls.failure(channel, Calls.patient()).getStatus();

      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(mesh.reports).containsExactly("1 failed CONNECT");
      assertThat(server.calls).hasValue(0);
    }
  }

  @Test
  void aTransportThatCannotBeSecuredRefusesAndMayTryElsewhere() {
    try (ScriptedMesh mesh =
        new ScriptedMesh(
                n -> n == 1 ? Plan.to(server).secured(clientTls("orders")) : Plan.to(server))
            .retrying((report, replayable) -> report.startsWith("1 ") ? 0 : -1)) {
      use(Transport.OKHTTP.builder("orders.mesh:80"));

      assertThat(Calls.get(channel, "a")).isEqualTo("v1:a");

      assertThat(mesh.reports.get(0)).isEqualTo("1 failed CONNECT");
      assertThat(server.calls).hasValue(1);
    }
  }

  @Test
  void aTransportThatCannotBeSecuredSaysSo() {
    try (ScriptedMesh mesh = new ScriptedMesh(n -> Plan.to(server).secured(clientTls("orders")))) {
      use(Transport.OKHTTP.builder("orders.mesh:80"));

      Status status = Calls.failure(channel, Calls.patient()).getStatus();

      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(status.getDescription()).contains("orders TLS");
      assertThat(mesh.reports).containsExactly("1 failed CONNECT");
      assertThat(mesh.active).hasValue(0);
      assertThat(server.connections).hasValue(0);
    }
  }

  @Test
  void anAddressOfTheApplicationsOwnIsNotSentPlaintextThatHasToBeSecured() {
    try (ScriptedMesh mesh =
        new ScriptedMesh(n -> Plan.to((InetSocketAddress) null).secured(clientTls("orders")))) {
      mesh.managesHost("localhost");
      use(Transport.NETTY.builder("localhost:" + server.port()));

      assertThat(Calls.failure(channel, Calls.patient()).getStatus().getCode())
          .isEqualTo(Status.Code.UNAVAILABLE);

      assertThat(mesh.reports).containsExactly("1 failed CONNECT");
      assertThat(server.connections).hasValue(0);
    }
  }

  @Test
  void aServerThatCannotBeSecuredIsNotSaidToBe() {
    OrdersServer okhttp =
        new OrdersServer(
            "okhttp", OkHttpServerBuilder.forPort(0, InsecureServerCredentials.create()));
    try (okhttp) {
      assertThat(gate.ports).contains(okhttp.port());
      assertThat(gate.takingTls).doesNotContain(okhttp.port());
    }
  }

  @Test
  void aServerThatIsPermissiveTakesBothAtOnePort() throws Exception {
    gate.secured(serverTls(ServerTls.Mode.PERMISSIVE));
    try (ScriptedMesh mesh =
        new ScriptedMesh(
            n -> n == 1 ? Plan.to(server).secured(clientTls("orders")) : Plan.to(server))) {
      assertThat(Calls.get(channel, "tls")).isEqualTo("v1:tls");
      assertThat(Calls.get(channel, "plaintext")).isEqualTo("v1:plaintext");

      assertThat(mesh.active).hasValue(0);
      assertThat(gate.peers).containsExactly(SELF.id().toString(), "null");
    }
  }

  @Test
  void aServerThatIsStrictClosesPlaintextWithoutAByte() throws Exception {
    gate.secured(serverTls(ServerTls.Mode.STRICT));

    assertThat(answerTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).isEmpty();

    assertThat(server.connections).hasValue(0);
  }

  @Test
  void aServerThatIsStrictWithoutAnIdentityClosesTlsToo() throws Exception {
    gate.secured(new ServerTls(ServerTls.Mode.STRICT, null, PROTOCOLS));

    assertThat(answerTo("\u0016\u0003\u0001")).isEmpty();
  }

  @Test
  void halfAFirstByteIsWaitedFor() throws Exception {
    gate.secured(serverTls(ServerTls.Mode.PERMISSIVE));
    try (Socket socket = new Socket(server.address().getAddress(), server.port())) {
      socket.setTcpNoDelay(true);
      socket.getOutputStream().write(0x16);
      socket.getOutputStream().flush();
      socket.getOutputStream().write("\u0003\u0001\0\u0004\0\0\0\0".getBytes(ISO_8859_1));

      // An alert: somebody who speaks TLS was told nonsense.
      assertThat(socket.getInputStream().read()).isEqualTo(0x15);
    }
  }

  private void use(ManagedChannelBuilder<?> builder) {
    channel.shutdownNow();
    channel = builder.build();
  }

  private byte[] answerTo(String bytes) throws IOException {
    try (Socket socket = new Socket(server.address().getAddress(), server.port())) {
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
      socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
      return socket.getInputStream().readAllBytes();
    }
  }

  private static ServerTls serverTls(ServerTls.Mode mode) throws GeneralSecurityException {
    return new ServerTls(mode, CONTEXTS.server(), PROTOCOLS);
  }

  private static ClientTls clientTls(String expected) {
    try {
      String id = "spiffe://mesh.test/ns/shop/sa/" + expected;
      return new ClientTls(
          Objects.requireNonNull(CONTEXTS.client(Set.of(id))), "orders_.mesh", PROTOCOLS);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** What the library logs meanwhile. */
  private static final class Warnings extends Handler implements AutoCloseable {
    final List<String> records = new CopyOnWriteArrayList<>();
    private final Logger logger;

    Warnings(String name) {
      logger = Logger.getLogger(name);
      logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
      records.add(entry.getMessage());
    }

    @Override
    public void flush() {
      // nothing is held back
    }

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }
}
