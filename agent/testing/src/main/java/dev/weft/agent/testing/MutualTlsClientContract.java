/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.identity.Pem;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.testing.HttpClientContract.Ability;
import dev.weft.agent.testing.TestClient.Request;
import dev.weft.agent.testing.TestClient.Response;
import dev.weft.agent.testing.TestServer.Received;
import io.envoyproxy.envoy.config.route.v3.Route;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every client module does where the mesh orders mutual TLS and the application knows of
 * plaintext only, with the wire recorded. Runs in a JVM as {@link HttpClientContract} does, with
 * {@code -Dweft.identity.pem=<file>}.
 */
public abstract class MutualTlsClientContract {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String SECRET = "nobody-on-the-wire-reads-this";
  private static final int LARGE = 5_000_000;

  private static final TestAuthority CA = TestAuthority.create("mesh.test");
  private static final ApplicationTls OWN = ApplicationTls.create();

  // What the mesh's names lead to: the relays are in between.
  private static TestServer orders;
  private static TestServer impostor;
  private static TestServer unsecured;
  private static TestServer applications;
  private static Relay relay;
  private static Relay toUnsecured;

  private TestClient client;
  private TestClient following;

  /** Creates the contract. */
  protected MutualTlsClientContract() {}

  /** Returns a new client with a pool of its own. */
  protected abstract TestClient newClient(boolean followsRedirects);

  /** Returns a new client that the application has given TLS of its own. */
  protected abstract TestClient newClient(ApplicationTls tls);

  /** Returns what the library cannot do. */
  protected Set<Ability> inabilities() {
    return Set.of();
  }

  @BeforeAll
  static void start() throws IOException, GeneralSecurityException {
    WorkloadIdentity identity = CA.issue("shop", "orders");
    orders = TestServer.secured("orders", server(identity), true);
    impostor = TestServer.secured("impostor", server(CA.issue("shop", "impostor")), true);
    unsecured = TestServer.start("unsecured");
    applications = TestServer.secured("applications", OWN.server(), false);
    relay = new Relay(orders.port());
    toUnsecured = new Relay(unsecured.port());
    issue();
    write(identity.id().toString());
  }

  private static void write(String ordersId) {
    List<String> recorded = List.of("127.0.0.1:" + relay.port());
    List<String> plain = List.of("127.0.0.1:" + toUnsecured.port());
    new TestMesh()
        .host("secured.test", recorded, route -> {}, c -> ClusterTls.secure(c, ordersId))
        .host(
            "auto.test", recorded, route -> {}, c -> ClusterTls.secureIfOffered(c, ordersId, true))
        .host(
            "no-offer.test",
            plain,
            route -> {},
            c -> ClusterTls.secureIfOffered(c, ordersId, false))
        .host(
            "stranger.test",
            recorded,
            route -> {},
            c -> ClusterTls.secure(c, "spiffe://mesh.test/ns/shop/sa/stranger"))
        .host(
            "elsewhere.test",
            List.of("127.0.0.1:" + impostor.port(), recorded.get(0)),
            MutualTlsClientContract::retry,
            c -> ClusterTls.secure(c, ordersId))
        .write(Path.of(System.getProperty("weft.xds.file")));
  }

  private static void retry(Route.Builder route) {
    ContractMesh.retry(route, "connect-failure", 2, 0);
  }

  @AfterAll
  static void stop() throws IOException {
    relay.close();
    toUnsecured.close();
    List.of(orders, impostor, unsecured, applications).forEach(TestServer::close);
  }

  @BeforeEach
  void open() {
    client = newClient(false);
    following = newClient(true);
    await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .ignoreExceptions()
        .until(() -> get("secured.test").status() == 200);
    List.of(orders, impostor, unsecured, applications).forEach(TestServer::forget);
    relay.forget();
    toUnsecured.forget();
  }

  @AfterEach
  void close() {
    client.close();
    following.close();
  }

  @Test
  void nothingReadableGoesOverTheWire() throws Exception {
    Response response =
        client.send(Request.post("http://secured.test/echo?" + SECRET, SECRET.repeat(1000)));

    assertThat(response.body()).isEqualTo(SECRET.repeat(1000));
    assertThat(orders.received())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.caller()).isNotNull();
              assertThat(request.header("host")).isEqualTo("secured.test");
            });
    assertThat(relay.wire()).doesNotContain(SECRET, "HTTP/1.1", "secured.test", "orders.shop");
  }

  @Test
  void connectionIsKeptForTheNextCall() throws Exception {
    get("secured.test");
    int before = relay.connections();

    for (int i = 0; i < 20; i++) {
      assertThat(get("secured.test").status()).isEqualTo(200);
    }

    assertThat(relay.connections()).isEqualTo(before);
  }

  @Test
  void largeBodiesGoBothWays() throws Exception {
    String body = "x".repeat(LARGE);

    Response response = client.send(Request.post("http://secured.test/echo", body));

    assertThat(response.body().length()).isEqualTo(LARGE);
    assertThat(response.body().equals(body)).as("the same body").isTrue();
  }

  @Test
  void bodyThatIsProducedOnceIsSent() throws Exception {
    Response response = client.send(Request.post("http://secured.test/echo", SECRET).once());

    assertThat(response.body()).isEqualTo(SECRET);
    assertThat(relay.wire()).doesNotContain(SECRET);
  }

  @Test
  void callThatDoesNotBlockIsSecured() throws Exception {
    Assumptions.assumeFalse(inabilities().contains(Ability.ASYNC));

    Response response =
        client
            .sendAsync(Request.post("http://secured.test/echo", SECRET))
            .get(SOON.toSeconds(), TimeUnit.SECONDS);

    assertThat(response.body()).isEqualTo(SECRET);
    assertThat(relay.wire()).doesNotContain(SECRET, "HTTP/1.1");
  }

  @Test
  void endpointThatOffersTlsIsSpokenToInTls() throws Exception {
    assertThat(get("auto.test").body()).isEqualTo("orders");

    assertThat(orders.received()).hasSize(1);
    assertThat(relay.wire()).doesNotContain("HTTP/1.1");
  }

  @Test
  void endpointThatOffersNothingIsSpokenToInPlaintext() throws Exception {
    assertThat(get("no-offer.test").body()).isEqualTo("unsecured");

    assertThat(toUnsecured.wire()).contains("GET / HTTP/1.1");
  }

  @Test
  void redirectIsFollowedFromSecuredToSecuredAndToPlaintext() throws Exception {
    assertThat(following.send(Request.get(redirect("http://auto.test/there"))).body())
        .isEqualTo("orders");
    assertThat(following.send(Request.get(redirect("http://no-offer.test/there"))).body())
        .isEqualTo("unsecured");

    assertThat(orders.received("/there")).hasSize(1);
    assertThat(unsecured.received("/there")).hasSize(1);
    assertThat(relay.wire()).doesNotContain("HTTP/1.1");
  }

  @Test
  void peerWhoIsSomebodyElseGetsNoRequest() {
    assertThatThrownBy(() -> get("stranger.test"))
        .isInstanceOf(SSLHandshakeException.class)
        .hasMessageContaining("sa/orders");

    assertThat(orders.received()).isEmpty();
    assertThat(relay.wire()).doesNotContain("HTTP/1.1");
  }

  @Test
  void anotherEndpointIsTriedWhenTheFirstIsSomebodyElse() throws Exception {
    for (int i = 0; i < 4; i++) {
      assertThat(get("elsewhere.test").body()).isEqualTo("orders");
    }

    assertThat(orders.received()).hasSize(4);
    assertThat(impostor.received()).isEmpty();
  }

  @Test
  void certificateIsRotatedUnderLoadWithoutAFailedCall() throws Exception {
    BigInteger before = Objects.requireNonNull(caller());
    AtomicBoolean stopped = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> callers =
          IntStream.range(0, 3)
              .<Future<?>>mapToObj(i -> threads.submit(() -> load(stopped)))
              .toList();

      BigInteger issued = issue();

      await()
          .atMost(SOON)
          .until(() -> orders.received().stream().anyMatch(r -> issued.equals(r.caller())));
      stopped.set(true);
      for (Future<?> each : callers) {
        each.get(SOON.toSeconds(), TimeUnit.SECONDS); // throws what a call failed with
      }
      assertThat(issued).isNotEqualTo(before);
      assertThat(caller()).isEqualTo(issued);
    } finally {
      stopped.set(true);
      threads.shutdownNow();
    }
  }

  @Test
  void applicationsOwnTlsIsLeftAlone() throws Exception {
    try (TestClient own = newClient(OWN)) {
      String url = "https://127.0.0.1:" + applications.port() + "/own";
      assertThat(own.send(Request.get(url)).body()).isEqualTo("applications");
      assertThat(own.send(Request.get("http://secured.test/")).body()).isEqualTo("orders");
      assertThat(own.send(Request.get(url)).body()).isEqualTo("applications");
    }

    assertThat(applications.received())
        .hasSize(2)
        .allSatisfy(request -> assertThat(request.caller()).isNull());
    assertThat(orders.received())
        .singleElement()
        .satisfies(request -> assertThat(request.caller()).isNotNull());
  }

  private @Nullable Void load(AtomicBoolean stopped) throws Exception {
    while (!stopped.get()) {
      assertThat(get("secured.test").status()).isEqualTo(200);
    }
    return null;
  }

  private @Nullable BigInteger caller() throws Exception {
    get("secured.test");
    List<Received> received = orders.received();
    return received.get(received.size() - 1).caller();
  }

  private Response get(String host) throws Exception {
    return client.send(Request.get("http://" + host + "/"));
  }

  private static String redirect(String to) {
    return "http://secured.test/redirect?to=" + URLEncoder.encode(to, StandardCharsets.UTF_8);
  }

  /** Gives this process a new certificate and returns its number. */
  private static BigInteger issue() throws IOException {
    WorkloadIdentity identity = CA.issue("shop", "caller");
    Path file = Path.of(System.getProperty("weft.identity.pem"));
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    Files.writeString(
        unfinished,
        Pem.encode("PRIVATE KEY", identity.key().getEncoded())
            + Pem.encode(identity.chain())
            + identity.bundle().pem());
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    return identity.chain().get(0).getSerialNumber();
  }

  private static SSLContext server(WorkloadIdentity identity) throws GeneralSecurityException {
    return Objects.requireNonNull(TlsContexts.of(identity).server());
  }
}
