/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.agent.identity.Pem;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.testing.TestMesh;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The JDK's client and server, both of an application that knows plaintext only, in one woven JVM,
 * with the wire between them recorded.
 */
class MutualTlsTest {
  private static final Path IDENTITY = Path.of(System.getProperty("weft.identity.pem", ""));
  private static final String SECRET = "nobody-on-the-wire-reads-this";

  private static final TestAuthority CA = TestAuthority.create("mesh.test");
  private static final AtomicInteger REQUESTS = new AtomicInteger();
  private static final ExecutorService THREADS = Executors.newCachedThreadPool();

  private static HttpServer server;
  private static Relay relay;
  private static Relay toNoTls;

  @BeforeAll
  static void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(THREADS);
    server.createContext("/", MutualTlsTest::echo);
    server.start();
    relay = new Relay(server.getAddress().getPort());
    toNoTls = new Relay(server.getAddress().getPort());
    WorkloadIdentity self = issue();
    List<String> recorded = List.of("127.0.0.1:" + relay.port());
    new TestMesh()
        .host("secured.test", recorded, route -> {}, c -> secure(c, self.id().toString()))
        .host(
            "auto.test", recorded, route -> {}, c -> secureIfOffered(c, self.id().toString(), true))
        .host(
            "no-offer.test",
            List.of("127.0.0.1:" + toNoTls.port()),
            route -> {},
            c -> secureIfOffered(c, self.id().toString(), false))
        .host(
            "stranger.test",
            recorded,
            route -> {},
            c -> secure(c, "spiffe://mesh.test/ns/shop/sa/stranger"))
        .write(Path.of(System.getProperty("weft.xds.file")));
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> get(HttpClient.newHttpClient(), "secured.test") == 200);
  }

  @AfterAll
  static void stop() throws IOException {
    relay.close();
    toNoTls.close();
    server.stop(0);
    THREADS.shutdownNow();
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void nothingReadableGoesOverTheWire(HttpClient.Version version) throws Exception {
    HttpClient client = HttpClient.newBuilder().version(version).build();

    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create("http://secured.test/" + SECRET))
                .POST(HttpRequest.BodyPublishers.ofString(SECRET.repeat(50_000)))
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(response.body()).isEqualTo(SECRET.repeat(50_000));
    assertThat(response.uri().getScheme()).isEqualTo("http");
    assertThat(relay.wire()).doesNotContain(SECRET, "HTTP/1.1", "secured.test");
  }

  @Test
  void connectionIsKeptForTheNextCall() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    get(client, "secured.test");
    int before = relay.connections();

    for (int i = 0; i < 20; i++) {
      assertThat(get(client, "secured.test")).isEqualTo(200);
    }

    assertThat(relay.connections()).isEqualTo(before);
  }

  @Test
  void endpointThatOffersTlsIsSpokenToInTls() throws Exception {
    int connections = relay.connections();

    assertThat(get(HttpClient.newHttpClient(), "auto.test")).isEqualTo(200);

    assertThat(relay.connections()).isEqualTo(connections + 1);
    assertThat(relay.wire()).doesNotContain("HTTP/1.1");
  }

  @Test
  void endpointThatOffersNothingIsSpokenToInPlaintext() throws Exception {
    assertThat(get(HttpClient.newHttpClient(), "no-offer.test")).isEqualTo(200);

    assertThat(toNoTls.wire()).contains("GET / HTTP/1.1");
  }

  @Test
  void peerWhoIsSomebodyElseGetsNoRequest() {
    int before = REQUESTS.get();

    assertThatThrownBy(() -> get(HttpClient.newHttpClient(), "stranger.test"))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("sa/orders");

    assertThat(REQUESTS).hasValue(before);
  }

  @Test
  void certificateIsRotatedUnderLoadWithoutAFailedCall() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    get(client, "secured.test");
    int before = relay.connections();

    issue();

    await()
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              assertThat(get(client, "secured.test")).isEqualTo(200);
              return relay.connections() > before;
            });
  }

  /** Gives this process a new certificate. */
  private static WorkloadIdentity issue() throws IOException {
    WorkloadIdentity identity = CA.issue("shop", "orders");
    Path unfinished = IDENTITY.resolveSibling("identity.pem.unfinished");
    Files.writeString(
        unfinished,
        Pem.encode("PRIVATE KEY", identity.key().getEncoded())
            + Pem.encode(identity.chain())
            + identity.bundle().pem());
    Files.move(unfinished, IDENTITY, StandardCopyOption.ATOMIC_MOVE);
    return identity;
  }

  private static int get(HttpClient client, String host) throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(URI.create("http://" + host + "/")).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static void echo(HttpExchange exchange) throws IOException {
    REQUESTS.incrementAndGet();
    byte[] body = exchange.getRequestBody().readAllBytes();
    byte[] answer = body.length == 0 ? "hello".getBytes(StandardCharsets.US_ASCII) : body;
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  /** As a DestinationRule's ISTIO_MUTUAL does. */
  private static void secure(Cluster.Builder cluster, String spiffeId) {
    cluster.setTransportSocket(socket(spiffeId));
  }

  /** As mutual TLS by itself does. */
  private static void secureIfOffered(Cluster.Builder cluster, String spiffeId, boolean offers) {
    Struct offer =
        Struct.newBuilder()
            .putFields(
                ResourceNames.TLS_MODE,
                Value.newBuilder().setStringValue(ResourceNames.TLS_MODE_ISTIO).build())
            .build();
    cluster
        .addTransportSocketMatches(
            Cluster.TransportSocketMatch.newBuilder()
                .setName("tlsMode-istio")
                .setMatch(offer)
                .setTransportSocket(socket(spiffeId)))
        .addTransportSocketMatches(
            Cluster.TransportSocketMatch.newBuilder()
                .setName("tlsMode-disabled")
                .setMatch(Struct.getDefaultInstance())
                .setTransportSocket(
                    TransportSocket.newBuilder().setName("envoy.transport_sockets.raw_buffer")));
    if (offers) {
      LbEndpoint.Builder endpoint =
          cluster.getLoadAssignmentBuilder().getEndpointsBuilder(0).getLbEndpointsBuilder(0);
      endpoint.setMetadata(
          Metadata.newBuilder().putFilterMetadata(ResourceNames.SOCKET_MATCH_METADATA, offer));
    }
  }

  private static TransportSocket socket(String spiffeId) {
    UpstreamTlsContext context =
        UpstreamTlsContext.newBuilder()
            .setSni("outbound_.80_._.orders.shop.svc.cluster.local")
            .setCommonTlsContext(
                CommonTlsContext.newBuilder()
                    .addTlsCertificateSdsSecretConfigs(
                        SdsSecretConfig.newBuilder().setName("default"))
                    .setCombinedValidationContext(
                        CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                            .setDefaultValidationContext(
                                CertificateValidationContext.newBuilder()
                                    .addMatchTypedSubjectAltNames(
                                        SubjectAltNameMatcher.newBuilder()
                                            .setSanType(SubjectAltNameMatcher.SanType.URI)
                                            .setMatcher(
                                                StringMatcher.newBuilder().setExact(spiffeId))))
                            .setValidationContextSdsSecretConfig(
                                SdsSecretConfig.newBuilder().setName("ROOTCA"))))
            .build();
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets.tls")
        .setTypedConfig(
            Any.newBuilder().setTypeUrl(TypeUrls.UPSTREAM_TLS).setValue(context.toByteString()))
        .build();
  }
}
