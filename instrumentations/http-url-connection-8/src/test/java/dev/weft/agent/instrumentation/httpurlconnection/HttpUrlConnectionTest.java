/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.instrumentation.testing.FilledBacklog;
import dev.weft.agent.instrumentation.testing.LocalServer;
import dev.weft.agent.instrumentation.testing.PlainWeaver;
import dev.weft.agent.instrumentation.testing.ScriptedAttempt;
import dev.weft.agent.instrumentation.testing.ScriptedMesh;
import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Refuse;
import dev.weft.agent.seam.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HttpUrlConnectionTest {
  private LocalServer v1;
  private LocalServer v2;
  private ScriptedMesh mesh;

  @BeforeAll
  static void weave() {
    PlainWeaver.weave(new HttpUrlConnectionModule());
  }

  @BeforeEach
  void start() throws IOException {
    v1 = new LocalServer("v1");
    v2 = new LocalServer("v2");
    mesh = ScriptedMesh.installed();
  }

  @AfterEach
  void stop() {
    mesh.close();
    v1.close();
    v2.close();
  }

  @Test
  void keptAliveCallsAreBalancedOverOneConnectionPerEndpoint() throws IOException {
    mesh.manage("orders", n -> to(n % 2 == 0 ? v1 : v2));

    for (int i = 0; i < 100; i++) {
      assertThat(get("http://orders/")).isEqualTo(i % 2 == 0 ? "v1" : "v2");
    }

    assertThat(v1.requests()).hasSize(50);
    assertThat(v2.requests()).hasSize(50);
    assertThat(v1.connections()).isOne();
    assertThat(v2.connections()).isOne();
    assertThat(mesh.attempts())
        .allSatisfy(a -> assertThat(a.events()).containsExactly("headers 200", "end COMPLETE"));
  }

  @Test
  void differentConnectionKeysOfOneEndpointShareNoConnection() throws IOException {
    mesh.manage("orders", n -> to(v1).key("key-" + n % 2));

    for (int i = 0; i < 10; i++) {
      get("http://orders/");
    }

    assertThat(v1.connections()).isEqualTo(2);
  }

  @Test
  void applicationSeesTheLogicalUrl() throws IOException {
    mesh.manage("orders", n -> to(v1));

    HttpURLConnection connection = open("http://orders:8080/a?b=c");
    assertThat(connection.getResponseCode()).isEqualTo(200);

    assertThat(connection.getURL()).hasToString("http://orders:8080/a?b=c");
    assertThat(v1.requests()).containsExactly("GET orders:8080/a?b=c");
    assertThat(mesh.begun()).containsExactly("GET orders:8080/a?b=c");
    connection.disconnect();
  }

  @Test
  void authorityPathAndHeadersAreChangedOnTheWireOnly() throws IOException {
    mesh.manage(
        "orders",
        n ->
            to(v1)
                .authority("orders.shop:81")
                .path("/v2/a?x=%20y")
                .settingRequestHeader("x-mesh")
                .settingResponseHeader("x-answer"));
    List<String> seen = new CopyOnWriteArrayList<>();
    v1.handle(
        exchange -> {
          seen.add(exchange.getRequestHeaders().getFirst("x-mesh"));
          LocalServer.answer(exchange, 200, "");
        });

    HttpURLConnection connection = open("http://orders/a?x=y");
    assertThat(connection.getHeaderField("X-Answer")).isEqualTo("set");

    assertThat(connection.getHeaderFields()).containsEntry("x-answer", List.of("set"));
    assertThat(connection.getRequestProperty("x-mesh")).isNull();
    assertThat(seen).containsExactly("set");
    assertThat(v1.requests()).containsExactly("GET orders.shop:81/v2/a?x=%20y");
  }

  @Test
  void bodyIsSentAgainToAnotherEndpoint() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 503, "busy"));
    v2.handle(LocalServer::echo);
    mesh.manage("orders", n -> n == 0 ? to(v1).retryOn(503) : to(v2));

    HttpURLConnection connection = post("http://orders/", "hello");

    assertThat(connection.getResponseCode()).isEqualTo(200);
    assertThat(read(connection.getInputStream())).isEqualTo("got hello");
    assertThat(mesh.attempt(0).events()).containsExactly("headers 503");
    assertThat(mesh.attempt(1).events()).containsExactly("headers 200", "end COMPLETE");
  }

  @Test
  void connectionOfADiscardedResponseIsKeptAlive() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 503, "busy"));
    mesh.manage("orders", n -> n % 2 == 0 ? to(v1).retryOn(503) : to(v2));

    // The JDK reads what has not come yet on a thread of its own and keeps the connection then.
    while (v1.connections() == v1.requests().size()) {
      assertThat(get("http://orders/")).isEqualTo("v2");
    }

    assertThat(v2.connections()).isOne();
  }

  @Test
  void statusOfADiscardedResponseIsNotTheAnswerWhenTheNextAttemptFails() {
    v1.handle(exchange -> LocalServer.answer(exchange, 503, "busy"));
    mesh.manage("orders", n -> n == 0 ? to(v1).retryOn(503) : ScriptedAttempt.to(refusing()));

    assertThatThrownBy(() -> open("http://orders/").getResponseCode())
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void streamedBodyIsNotReplayableOnceItHasBegun() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 503, "busy"));
    mesh.manage("orders", n -> to(v1));
    HttpURLConnection connection = open("http://orders/");
    connection.setDoOutput(true);
    connection.setChunkedStreamingMode(0);
    connection.connect();
    assertThat(mesh.isReplayable(0)).isTrue();

    try (OutputStream out = connection.getOutputStream()) {
      out.write("hello".getBytes(UTF_8));
    }

    assertThat(mesh.isReplayable(0)).isFalse();
    assertThat(connection.getResponseCode()).isEqualTo(503);
    assertThat(read(connection.getErrorStream())).isEqualTo("busy");
    assertThat(mesh.attempt(0).events()).containsExactly("headers 503", "end COMPLETE");
  }

  @Test
  void streamedBodyGoesElsewhereIfTheFirstEndpointRefusesTheConnection() throws IOException {
    v1.handle(LocalServer::echo);
    mesh.manage("orders", n -> n == 0 ? ScriptedAttempt.to(refusing()).retryOnFailure(0) : to(v1));
    HttpURLConnection connection = open("http://orders/");
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(5);

    try (OutputStream out = connection.getOutputStream()) {
      out.write("hello".getBytes(UTF_8));
    }

    assertThat(read(connection.getInputStream())).isEqualTo("got hello");
    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void refusedConnectionIsRetriedElsewhere() throws IOException {
    mesh.manage(
        "orders", n -> n == 0 ? ScriptedAttempt.to(refusing()).retryOnFailure(1_000_000) : to(v1));

    assertThat(get("http://orders/")).isEqualTo("v1");

    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void retryAfterAnAnswerMayMeetARefusedConnection() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 503, "busy"));
    mesh.manage(
        "orders",
        n ->
            n == 0
                ? to(v1).retryOn(503)
                : n == 1 ? ScriptedAttempt.to(refusing()).retryOnFailure(0) : to(v2));

    assertThat(get("http://orders/")).isEqualTo("v2");

    assertThat(mesh.attempts()).hasSize(3).allMatch(ScriptedAttempt::isEnded);
  }

  @Test
  void failureThatIsNotRetriedIsTheLibrarysOwn() {
    mesh.manage("orders", n -> ScriptedAttempt.to(refusing()));

    assertThatThrownBy(() -> get("http://orders/"))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("refused");

    assertThat(mesh.attempts()).hasSize(1);
    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void unknownHostIsTheLibrarysOwnFailure() {
    mesh.manage("no-such-host.invalid", n -> ScriptedAttempt.toWhereTheLibraryGoes());

    assertThatThrownBy(() -> get("http://no-such-host.invalid/"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage("no-such-host.invalid");

    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void addressCanBeLeftToTheLibrary() throws IOException {
    mesh.manage("localhost", n -> ScriptedAttempt.toWhereTheLibraryGoes());

    assertThat(get("http://localhost:" + v1.address().getPort() + "/")).isEqualTo("v1");

    assertThat(mesh.attempt(0).events()).containsExactly("headers 200", "end COMPLETE");
  }

  @Test
  void replyIsAResponse() throws IOException {
    mesh.manage(
        "orders",
        n ->
            new Reply(503, -1, List.of(Map.entry("content-type", "text/plain")), "fault", "FI", 0));

    HttpURLConnection connection = open("http://orders/");

    assertThat(connection.getResponseCode()).isEqualTo(503);
    assertThat(connection.getResponseMessage()).isEqualTo("Service Unavailable");
    assertThat(connection.getContentType()).isEqualTo("text/plain");
    assertThat(read(connection.getErrorStream())).isEqualTo("fault");
    assertThatThrownBy(connection::getInputStream)
        .isInstanceOf(IOException.class)
        .hasMessage("Server returned HTTP response code: 503 for URL: http://orders/");
  }

  @Test
  void replyToAPostIsAResponse() throws IOException {
    mesh.manage("orders", n -> Reply.of(200, "fine", ""));

    assertThat(read(post("http://orders/", "hello").getInputStream())).isEqualTo("fine");
  }

  @Test
  void replyMayFollowAnAttempt() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 503, "busy"));
    mesh.manage("orders", n -> n == 0 ? to(v1).retryOn(503) : Reply.of(504, "late", "UT"));

    HttpURLConnection connection = open("http://orders/");

    assertThat(connection.getResponseCode()).isEqualTo(504);
    assertThat(read(connection.getErrorStream())).isEqualTo("late");
  }

  @Test
  void refusalIsATlsFailure() {
    mesh.manage("orders", n -> new Refuse("not who was expected", "UF"));

    assertThatThrownBy(() -> get("http://orders/"))
        .isInstanceOf(SSLPeerUnverifiedException.class)
        .hasMessage("not who was expected");
  }

  @Test
  void replyThatRedirectsIsFollowed() throws IOException {
    mesh.manage(
        "orders",
        n -> new Reply(302, -1, List.of(Map.entry("location", "http://items/x")), "", "", 0));
    mesh.manage("items", n -> to(v2));

    assertThat(get("http://orders/")).isEqualTo("v2");

    assertThat(mesh.begun()).containsExactly("GET orders:80/", "GET items:80/x");
  }

  @Test
  void eachHopOfARedirectIsDecidedAnew() throws IOException {
    redirect(v1, 301, "http://items/x?y");
    mesh.manage("orders", n -> to(v1));
    mesh.manage("items", n -> to(v2));

    HttpURLConnection connection = open("http://orders/");
    assertThat(read(connection.getInputStream())).isEqualTo("v2");

    assertThat(connection.getURL()).hasToString("http://items/x?y");
    assertThat(v2.requests()).containsExactly("GET items/x?y");
    assertThat(mesh.attempt(0).events()).containsExactly("headers 301", "end COMPLETE");
    assertThat(mesh.attempt(1).events()).containsExactly("headers 200", "end COMPLETE");
  }

  @Test
  void redirectFromAnUnmanagedHostIsDecided() throws IOException {
    redirect(v1, 307, "http://items/");
    mesh.manage("items", n -> to(v2));

    assertThat(get("http://localhost:" + v1.address().getPort() + "/")).isEqualTo("v2");
  }

  @Test
  void redirectToAnUnmanagedHostIsFollowed() throws IOException {
    redirect(v1, 302, "http://localhost:" + v2.address().getPort() + "/");
    mesh.manage("orders", n -> to(v1));

    assertThat(get("http://orders/")).isEqualTo("v2");

    assertThat(mesh.attempt(0).events()).containsExactly("headers 302", "end COMPLETE");
  }

  @Test
  void endlessRedirectFailsAsInTheJdk() {
    redirect(v1, 302, "/again");
    mesh.manage("orders", n -> to(v1));

    assertThatThrownBy(() -> get("http://orders/"))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("redirected too many");

    assertThat(mesh.attempts()).allMatch(ScriptedAttempt::isEnded);
  }

  @Test
  void streamedBodyIsNotRedirectedAsInTheJdk() throws IOException {
    redirect(v1, 302, "/again");
    mesh.manage("orders", n -> to(v1));
    HttpURLConnection connection = open("http://orders/");
    connection.setDoOutput(true);
    connection.setChunkedStreamingMode(0);
    connection.getOutputStream().close();

    assertThatThrownBy(connection::getInputStream).isInstanceOf(HttpRetryException.class);

    assertThat(mesh.attempt(0).isEnded()).isTrue();
  }

  @Test
  void cookiesBelongToTheLogicalHost() throws IOException {
    v1.handle(
        exchange -> {
          exchange.getResponseHeaders().set("Set-Cookie", "a=b");
          LocalServer.answer(exchange, 200, "");
        });
    mesh.manage("orders.shop", n -> to(v1));
    CookieManager cookies = new CookieManager();
    CookieHandler.setDefault(cookies);
    try {
      get("http://orders.shop/");
    } finally {
      CookieHandler.setDefault(null);
    }

    assertThat(cookies.getCookieStore().get(URI.create("http://orders.shop/"))).hasSize(1);
  }

  @Test
  void closingEarlyEndsTheAttemptAsCancelled() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 200, "x".repeat(100_000)));
    mesh.manage("orders", n -> to(v1));

    try (InputStream in = open("http://orders/").getInputStream()) {
      assertThat(in.read()).isEqualTo('x');
    }

    assertThat(mesh.attempt(0).events()).containsExactly("headers 200", "end CANCELLED");
  }

  @Test
  void disconnectingEndsTheAttemptAsCancelled() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 500, "x".repeat(100_000)));
    mesh.manage("orders", n -> to(v1));

    HttpURLConnection connection = open("http://orders/");
    assertThat(connection.getResponseCode()).isEqualTo(500);
    connection.disconnect();

    assertThat(mesh.attempt(0).events()).containsExactly("headers 500", "end CANCELLED");
  }

  @Test
  void droppedConnectionsEndTheirAttemptsOnceCollected() throws IOException {
    mesh.manage("orders", n -> to(v1));
    open("http://orders/").connect();

    for (int i = 0; i < 100 && !mesh.attempt(0).isEnded(); i++) {
      System.gc();
      get("http://orders/");
    }

    assertThat(mesh.attempt(0).events()).containsExactly("failed CANCELLED");
  }

  @Test
  void brokenBodyEndsTheAttemptAsBroken() throws IOException {
    v1.handle(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(new byte[5]);
          exchange.getResponseBody().flush();
          v1.close();
        });
    mesh.manage("orders", n -> to(v1));

    try (InputStream in = open("http://orders/").getInputStream()) {
      assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    }

    assertThat(mesh.attempt(0).events()).containsExactly("headers 200", "end BROKEN");
  }

  @Test
  void responsesWithoutABodyEndTheAttemptAtOnce() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 204, ""));
    mesh.manage("orders", n -> to(v1));

    assertThat(open("http://orders/").getResponseCode()).isEqualTo(204);

    assertThat(mesh.attempt(0).events()).containsExactly("headers 204", "end COMPLETE");
  }

  @Test
  void perTryTimeoutEndsOnlyTheAttempt() throws IOException {
    CountDownLatch release = new CountDownLatch(1);
    v1.handle(exchange -> await(release));
    mesh.manage("orders", n -> n == 0 ? to(v1).timeoutMillis(100).retryOnFailure(0) : to(v2));

    assertThat(get("http://orders/")).isEqualTo("v2");

    assertThat(mesh.attempt(0).events()).containsExactly("failed TIMEOUT");
    release.countDown();
  }

  @Test
  void perTryTimeoutLimitsConnectingToo() throws IOException {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        FilledBacklog filled = new FilledBacklog(full)) {
      InetSocketAddress address = (InetSocketAddress) full.getLocalSocketAddress();
      mesh.manage(
          "orders",
          n -> n == 0 ? ScriptedAttempt.to(address).timeoutMillis(200).retryOnFailure(0) : to(v1));

      assertThat(get("http://orders/")).isEqualTo("v1");

      assertThat(filled.isFull()).isTrue();
      assertThat(mesh.attempt(0).events()).containsExactly("failed TIMEOUT");
    }
  }

  @Test
  void perTryTimeoutDoesNotLimitTheBody() throws IOException {
    CountDownLatch release = new CountDownLatch(1);
    v1.handle(
        exchange -> {
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write('a');
          exchange.getResponseBody().flush();
          await(release);
          exchange.getResponseBody().write('b');
          exchange.close();
        });
    mesh.manage("orders", n -> to(v1).timeoutMillis(150));

    try (InputStream in = open("http://orders/").getInputStream()) {
      assertThat(in.read()).isEqualTo('a');
      CompletableFuture.delayedExecutor(400, TimeUnit.MILLISECONDS).execute(release::countDown);
      assertThat(in.read()).isEqualTo('b');
    }
  }

  @Test
  void readTimeoutOfTheApplicationIsNeverRetried() throws IOException {
    CountDownLatch release = new CountDownLatch(1);
    v1.handle(exchange -> await(release));
    mesh.manage("orders", n -> to(v1).retryOnFailure(0));
    HttpURLConnection connection = open("http://orders/");
    connection.setReadTimeout(100);

    assertThatThrownBy(connection::getInputStream).isInstanceOf(SocketTimeoutException.class);

    assertThat(mesh.attempts()).hasSize(1);
    assertThat(mesh.attempt(0).events()).containsExactly("failed APPLICATION_TIMEOUT");
    release.countDown();
  }

  @Test
  void delayIsWaitedFor() throws IOException {
    mesh.manage("orders", n -> to(v1).delayMillis(200));
    long start = System.nanoTime();

    get("http://orders/");

    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(200_000_000);
  }

  @Test
  void delayEndsWithTheReadTimeout() throws IOException {
    mesh.manage("orders", n -> to(v1).delayMillis(20_000).retryOnFailure(0));
    HttpURLConnection connection = open("http://orders/");
    connection.setReadTimeout(100);

    assertThatThrownBy(connection::getInputStream)
        .isInstanceOf(SocketTimeoutException.class)
        .hasMessage("Read timed out");

    assertThat(mesh.attempt(0).events()).containsExactly("failed APPLICATION_TIMEOUT");
  }

  @Test
  void interruptEndsADelay() {
    mesh.manage("orders", n -> to(v1).delayMillis(20_000));
    Thread caller = Thread.currentThread();
    CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(caller::interrupt);

    assertThatThrownBy(() -> get("http://orders/")).isInstanceOf(InterruptedIOException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(mesh.attempt(0).events()).containsExactly("failed CANCELLED");
  }

  @Test
  void explicitProxyIsUnmanaged() throws IOException {
    mesh.manage("orders", n -> to(v2));

    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://orders/")
                .toURL()
                .openConnection(new Proxy(Proxy.Type.HTTP, v1.address()));

    assertThat(read(connection.getInputStream())).isEqualTo("v1");
    assertThat(mesh.begun()).isEmpty();
  }

  @Test
  void faultOfOursIsReportedAndTheCallGoesOn() throws IOException {
    mesh.breakDown();

    assertThat(get("http://localhost:" + v1.address().getPort() + "/")).isEqualTo("v1");

    assertThat(Hooks.statuses().get("http-url-connection-8"))
        .isEqualTo(
            new Hooks.Status(
                Hooks.State.FAILED,
                "begin: java.lang.IllegalStateException: broken, as the test wants it"));
    assertThat(mesh.faults())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("http-url-connection-8: begin: ");
  }

  @Test
  void withoutAnEngineNothingChanges() throws IOException {
    mesh.close();

    assertThat(get("http://localhost:" + v1.address().getPort() + "/")).isEqualTo("v1");
    assertThatThrownBy(() -> get("http://no-such-host.invalid/"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage("no-such-host.invalid");
    assertThatThrownBy(() -> get("http://localhost:" + refusing().getPort() + "/"))
        .isInstanceOf(ConnectException.class);
  }

  private static ScriptedAttempt to(LocalServer server) {
    return ScriptedAttempt.to(server.address());
  }

  private static InetSocketAddress refusing() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void redirect(LocalServer server, int status, String location) {
    server.handle(
        exchange -> {
          exchange.getResponseHeaders().set("Location", location);
          LocalServer.answer(exchange, status, "moved");
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HttpURLConnection open(String url) throws IOException {
    return (HttpURLConnection) URI.create(url).toURL().openConnection();
  }

  private static HttpURLConnection post(String url, String body) throws IOException {
    HttpURLConnection connection = open(url);
    connection.setDoOutput(true);
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body.getBytes(UTF_8));
    }
    return connection;
  }

  private static String get(String url) throws IOException {
    return read(open(url).getInputStream());
  }

  private static String read(InputStream in) throws IOException {
    try (in) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
