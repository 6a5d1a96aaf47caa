/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.App;
import dev.weft.lab.Await;
import dev.weft.lab.Http;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import dev.weft.lab.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two unchanged applications that know plaintext only, on two JDKs, with the wire between them
 * recorded; two that are not to be let in; and what they call outside of the mesh.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MutualTlsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String PLAINTEXT = "GET /version HTTP/1.1";
  private static final int CERTIFICATE_SECONDS = 40;
  @TempDir static Path folder;
  private static int metricsPort;
  private static PolicyServer server;
  private static Relay relay;
  private static App orders;
  private static App caller;
  private static App other;
  private static App stranger;

  @BeforeAll
  static void start() {
    metricsPort = Http.freePort();
    List<Jdk> jdks = Jdk.forTests();
    Jdk newest = jdks.get(jdks.size() - 1);
    server =
        PolicyServer.start(
            Jdk.current(), folder, "--certificate-lifetime", CERTIFICATE_SECONDS + "");
    server.apply(peerAuthentication("DISABLE"));
    orders =
        App.of("plain-echo")
            .agent("orders", 80)
            .identity(server, "orders")
            .name("orders")
            .folder(folder)
            .server(server)
            .option("weft.address", Relay.ADDRESS)
            .option("weft.metrics.port", Integer.toString(metricsPort))
            .start();
    relay = Relay.before(orders.port());
    caller = caller("caller", newest).identity(server, "caller").start();
    other = caller("other", Jdk.current()).identity(server, "other").start();
    stranger = caller("stranger", Jdk.current()).start();
  }

  @AfterAll
  static void stop() {
    stranger.close();
    other.close();
    caller.close();
    relay.close();
    orders.close();
    server.close();
  }

  @Test
  @Order(1)
  void whereItIsOffTheWireCanBeRead() {
    await("the caller to reach orders", () -> reaches(caller, 1));
    relay.take();

    assertThat(reaches(caller, 5)).isTrue();

    assertThat(relay.take()).contains(PLAINTEXT);
  }

  @Test
  @Order(2)
  void withoutAPolicyThoseWhoCanSpeakItDo() {
    server.delete(peerAuthentication("DISABLE"));
    await("no plaintext of the caller to be seen", () -> isUnreadable(caller));

    await("the stranger to be let in as before", () -> reaches(stranger, 5));
    assertThat(relay.take()).contains(PLAINTEXT);
  }

  @Test
  @Order(3)
  void strictLetsNobodyInWhoHasNoCertificate() throws IOException {
    server.apply(peerAuthentication("STRICT"));
    await("the stranger to be refused", () -> reachesNot(stranger));

    assertThat(reaches(caller, 50)).isTrue();
    assertThat(reachesNot(stranger)).isTrue();
    assertThat(firstByte()).as("of an answer to plaintext").isEqualTo(-1);
    assertThat(refusals("weft_connections_refused_total", "reason=\"plaintext\"")).isPositive();
    assertThat(
            refusals(
                "weft_policy_matches_total",
                "weft_policy=\"ns[default]-peer-authentication[orders]\""))
        .isPositive();
    assertThat(orders.process().output())
        .contains("Port " + orders.port() + " closed a connection of /127.0.0.1:");
    relay.take();
    assertThat(isUnreadable(caller)).isTrue();
  }

  @Test
  @Order(4)
  void aPolicyLetsOnlyOneServiceAccountIn() {
    assertThat(reaches(other, 5)).as("before there is a policy").isTrue();
    server.apply(
        """
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata:
          name: orders
        spec:
          selector: {matchLabels: {app: orders}}
          action: ALLOW
          rules:
          - from: [{source: {principals: [cluster.local/ns/default/sa/caller]}}]
        """);
    await("the other to be refused", () -> calls(other, 5).equals(Map.of("status 403", 5)));

    assertThat(reaches(caller, 50)).isTrue();
    assertThat(calls(other, 5)).isEqualTo(Map.of("status 403", 5));
  }

  @Test
  @Order(5)
  void certificatesAreRenewedUnderLoadAlsoIfTheServerIsAwayWhenTheyAreDue() {
    server.kill();
    await(
        "the caller not to be renewed",
        () -> isServed() && caller.process().output().contains("trying again"));
    server.restart();
    long before = certificates();
    await("the caller to be renewed", () -> isServed() && certificates() > before);

    assertThat(isServed()).isTrue();
    assertThat(reachesNot(stranger)).isTrue();
  }

  @Test
  @Order(6)
  void whatIsOutsideIsCalledInTlsByAnApplicationThatCallsItInPlaintext() throws Exception {
    Path certificate = folder.resolve("partner.pem");
    try (Partner partner = new Partner(certificate)) {
      Path later = folder.resolve("later.pem");
      server.apply(
          """
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: {name: partner}
          spec:
            hosts: [%s]
            location: MESH_EXTERNAL
            resolution: DNS
            endpoints: [{address: localhost}]
            ports: [{number: 80, targetPort: %d, name: http, protocol: HTTP}]
          """
              .formatted(Partner.HOST, partner.port()));
      server.apply(
          """
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: {name: partner}
          spec:
            host: %s
            trafficPolicy:
              portLevelSettings:
              - port: {number: 80}
                tls: {mode: SIMPLE, caCertificates: "%s"}
          """
              .formatted(Partner.HOST, later));
      await(
          "the missing file to be named",
          () -> callsToPartner().contains("later.pem: there is no such file"));
      await(
          "the server to know", () -> server.agents().contains("later.pem: there is no such file"));

      Files.move(certificate, later);

      await("the partner to be reached", () -> callsToPartner().equals("{partner=5}"));
    }
  }

  /** The stranger is in no mesh: it needs no identity for this. */
  private static String callsToPartner() {
    return Orders.callsTo("http://" + Partner.HOST + "/", stranger, 5).toString();
  }

  private static App.Builder caller(String name, Jdk jdk) {
    return App.of("plain-caller").name(name).jdk(jdk).folder(folder).agent(name).server(server);
  }

  private static long refusals(String metric, String label) {
    return Scrape.of(metricsPort).sum(metric, label);
  }

  private static String peerAuthentication(String mode) {
    return """
    apiVersion: security.istio.io/v1
    kind: PeerAuthentication
    metadata:
      name: orders
    spec:
      selector: {matchLabels: {app: orders}}
      mtls: {mode: %s}
    """
        .formatted(mode);
  }

  private static Map<String, Integer> calls(App from, int count) {
    return Orders.callsTo("http://orders/version", from, count);
  }

  private static boolean reaches(App from, int count) {
    return calls(from, count).equals(Map.of("v1", count));
  }

  private static boolean reachesNot(App from) {
    return !calls(from, 5).containsKey("v1");
  }

  /** Returns whether calls are answered and nothing of them can be read on the wire. */
  private static boolean isUnreadable(App from) {
    relay.take();
    boolean isAnswered = reaches(from, 5);
    String wire = relay.take();
    return isAnswered
        && !wire.isEmpty()
        && !wire.contains("HTTP/1.1")
        && !wire.contains("/version");
  }

  /** Makes calls none of which may fail. */
  private static boolean isServed() {
    assertThat(calls(caller, 20)).isEqualTo(Map.of("v1", 20));
    return true;
  }

  /** Asks orders for its version in plaintext, and returns what comes first: -1 for the end. */
  private static int firstByte() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), orders.port())) {
      socket
          .getOutputStream()
          .write((PLAINTEXT + "\r\nhost: orders\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read();
    } catch (SocketException e) {
      return -1; // reset
    }
  }

  /** Returns how often the caller got a certificate. */
  private static long certificates() {
    return server.certificates().entrySet().stream()
        .filter(entry -> entry.getKey().contains("~caller-"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static void await(String what, BooleanSupplier condition) {
    Await.until(
        what,
        SOON,
        condition,
        () -> "; calls: " + calls(caller, 3) + "\n" + caller.process().output());
  }
}
