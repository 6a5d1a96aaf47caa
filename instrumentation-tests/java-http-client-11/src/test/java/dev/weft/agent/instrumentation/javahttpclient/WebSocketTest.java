/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.identity.Pem;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.agent.testing.ClusterTls;
import dev.weft.agent.testing.Relay;
import dev.weft.agent.testing.TestMesh;
import dev.weft.agent.testing.TestServer;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Opening handshakes of WebSockets are calls like others; what follows is the application's. */
class WebSocketTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final TestAuthority CA = TestAuthority.create("mesh.test");

  private static WebSocketServer one;
  private static WebSocketServer two;
  private static WebSocketServer secured;
  private static Relay relay;

  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpClient following =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  @BeforeAll
  static void start() throws IOException, GeneralSecurityException {
    WorkloadIdentity identity = CA.issue("shop", "orders");
    one = WebSocketServer.start("one", null);
    two = WebSocketServer.start("two", null);
    secured =
        WebSocketServer.start("secured", Objects.requireNonNull(TlsContexts.of(identity).server()));
    relay = new Relay(secured.port());
    issue();
    List<String> recorded = List.of("127.0.0.1:" + relay.port());
    new TestMesh()
        .host("one.test", List.of(one.address()), WebSocketTest::retryEverything)
        .host("two.test", List.of(one.address(), two.address()), route -> {})
        .host(
            "gone.test",
            List.of("127.0.0.1:" + TestServer.closedPort(), one.address()),
            WebSocketTest::retryEverything)
        .host("closed.test", List.of("127.0.0.1:" + TestServer.closedPort()), route -> {})
        .host(
            "rewrite.test",
            List.of(one.address()),
            route ->
                route
                    .addRequestHeadersToAdd(
                        HeaderValueOption.newBuilder()
                            .setHeader(HeaderValue.newBuilder().setKey("x-told").setValue("yes")))
                    .setMatch(route.getMatch().toBuilder().setPrefix("/api/"))
                    .getRouteBuilder()
                    .setPrefixRewrite("/internal/")
                    .setHostRewriteLiteral("backend.internal"))
        .answer("busy.test", 429, "slow down")
        .host(
            "secured.test",
            recorded,
            route -> {},
            cluster -> ClusterTls.secure(cluster, identity.id().toString()))
        .host(
            "stranger.test",
            recorded,
            route -> {},
            cluster -> ClusterTls.secure(cluster, "spiffe://mesh.test/ns/shop/sa/stranger"))
        .write(Path.of(System.getProperty("weft.xds.file")));
  }

  private static void retryEverything(io.envoyproxy.envoy.config.route.v3.Route.Builder route) {
    route
        .getRouteBuilder()
        .setRetryPolicy(
            RetryPolicy.newBuilder()
                .setRetryOn("connect-failure,5xx,reset")
                .setNumRetries(com.google.protobuf.UInt32Value.of(2)));
  }

  @AfterAll
  static void stop() throws IOException {
    relay.close();
    one.close();
    two.close();
    secured.close();
  }

  @BeforeEach
  void awaitTheMesh() {
    await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .ignoreExceptions()
        .until(
            () -> {
              try (Talk talk = Talk.open(client, "ws://secured.test/")) {
                return talk.hears("secured");
              }
            });
    await().until(() -> one.connections() + two.connections() + secured.connections() == 0);
    one.handshakes().clear();
    two.handshakes().clear();
    secured.handshakes().clear();
    relay.forget();
  }

  @Test
  void handshakeGoesToAnEndpointOnceAndMessagesGoBothWays() throws Exception {
    try (Talk talk = Talk.open(client, "ws://one.test/chat?room=7")) {
      assertThat(talk.next()).isEqualTo("one");

      talk.say("hello");

      assertThat(talk.next()).isEqualTo("hello");
    }
    assertThat(one.handshakes())
        .singleElement()
        .satisfies(
            head ->
                assertThat(head)
                    .startsWith("GET /chat?room=7 HTTP/1.1")
                    .containsIgnoringCase("\r\nhost: one.test\r\n"));
  }

  @Test
  void handshakesAreBalanced() throws Exception {
    List<String> heard = new ArrayList<>();

    for (int i = 0; i < 4; i++) {
      try (Talk talk = Talk.open(client, "ws://two.test/")) {
        heard.add(talk.next());
      }
    }

    assertThat(heard).containsOnly("one", "two").hasSize(4);
    assertThat(one.handshakes()).hasSize(2);
    assertThat(two.handshakes()).hasSize(2);
  }

  @Test
  void anotherEndpointIsTriedIfOneCannotBeConnectedTo() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (Talk talk = Talk.open(client, "ws://gone.test/")) {
        assertThat(talk.next()).isEqualTo("one");
      }
    }
    assertThatThrownBy(() -> Talk.open(client, "ws://closed.test/"))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(ConnectException.class);
  }

  @Test
  void pathAuthorityAndHeadersAreRewritten() throws Exception {
    try (Talk talk = Talk.open(client, "ws://rewrite.test/api/chat")) {
      assertThat(talk.next()).isEqualTo("one");
    }

    assertThat(one.handshakes())
        .singleElement()
        .satisfies(
            head ->
                assertThat(head)
                    .startsWith("GET /internal/chat HTTP/1.1")
                    .containsIgnoringCase("\r\nhost: backend.internal\r\n")
                    .containsIgnoringCase("\r\nx-told: yes\r\n"));
  }

  @Test
  void answerOfTheMeshFailsTheHandshakeAsAServersDoes() {
    assertThatThrownBy(() -> Talk.open(client, "ws://busy.test/"))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> {
              assertThat(refused.getResponse().statusCode()).isEqualTo(429);
              assertThat(refused.getResponse().body()).isEqualTo("slow down");
            });
  }

  @Test
  void serversRefusalIsNotRetriedAndItsConnectionIsClosed() {
    assertThatThrownBy(() -> Talk.open(client, "ws://one.test/refuse"))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(503));

    assertThat(one.handshakes()).hasSize(1);
    await().until(() -> one.connections() == 0);
  }

  @Test
  void whatTheMeshSecuresIsReadByNobodyOnTheWire() throws Exception {
    try (Talk talk = Talk.open(client, "ws://secured.test/secret-path")) {
      assertThat(talk.next()).isEqualTo("secured");
      talk.say("secret-word");
      assertThat(talk.next()).isEqualTo("secret-word");
    }

    assertThat(secured.handshakes()).singleElement().asString().contains("GET /secret-path ");
    assertThat(relay.wire()).isNotEmpty().doesNotContain("HTTP/1.1", "secret");
  }

  @Test
  void peerWhoIsSomebodyElseGetsNoHandshake() {
    assertThatThrownBy(() -> Talk.open(client, "ws://stranger.test/secret-path"))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(SSLHandshakeException.class);

    assertThat(secured.handshakes()).isEmpty();
    assertThat(relay.wire()).doesNotContain("HTTP/1.1", "secret");
  }

  @Test
  void redirectIsDecidedAnewAndLeavesNoConnection() throws Exception {
    try (Talk talk =
        Talk.open(following, "ws://one.test/redirect?http://secured.test/secret-path")) {
      assertThat(talk.next()).isEqualTo("secured");
      await().until(() -> one.connections() == 0);
    }
    // From a host that the mesh does not know, too.
    try (Talk talk =
        Talk.open(
            following, "ws://" + two.address() + "/redirect?http://secured.test/secret-path")) {
      assertThat(talk.next()).isEqualTo("secured");
    }

    assertThat(relay.wire()).doesNotContain("HTTP/1.1", "secret");
  }

  /** Gives this process a certificate. */
  private static void issue() throws IOException {
    WorkloadIdentity identity = CA.issue("shop", "caller");
    Path file = Path.of(System.getProperty("weft.identity.pem"));
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    Files.writeString(
        unfinished,
        Pem.encode("PRIVATE KEY", identity.key().getEncoded())
            + Pem.encode(identity.chain())
            + identity.bundle().pem());
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A WebSocket and what was heard over it. */
  private static final class Talk implements WebSocket.Listener, AutoCloseable {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private @Nullable WebSocket socket;

    static Talk open(HttpClient client, String uri) {
      Talk talk = new Talk();
      talk.socket = client.newWebSocketBuilder().buildAsync(URI.create(uri), talk).join();
      return talk;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      heard.add(data.toString());
      from.request(1);
      return null;
    }

    boolean hears(String text) throws InterruptedException {
      return text.equals(heard.poll(SOON.toSeconds(), TimeUnit.SECONDS));
    }

    @Nullable String next() throws InterruptedException {
      return heard.poll(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    void say(String text) {
      Objects.requireNonNull(socket).sendText(text, true).join();
    }

    @Override
    public void close() {
      Objects.requireNonNull(socket).sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    }
  }
}
