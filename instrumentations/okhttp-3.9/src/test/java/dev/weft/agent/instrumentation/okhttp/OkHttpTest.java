/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import static java.util.Objects.requireNonNull;
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
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Cache;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class OkHttpTest {
  private static final MediaType TEXT = requireNonNull(MediaType.parse("text/plain"));

  private LocalServer v1;
  private LocalServer v2;
  private ScriptedMesh mesh;
  private OkHttpClient client;

  @BeforeAll
  static void weave() {
    PlainWeaver.weave(new OkHttpModule());
  }

  @BeforeEach
  void start() throws IOException {
    v1 = new LocalServer("v1");
    v2 = new LocalServer("v2");
    mesh = ScriptedMesh.installed();
    client = new OkHttpClient();
  }

  @AfterEach
  void stop() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
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

    try (Response response = call("http://orders:8080/a?b=c")) {
      assertThat(response.request().url()).hasToString("http://orders:8080/a?b=c");
      assertThat(response.networkResponse()).isNotNull();
    }

    assertThat(v1.requests()).containsExactly("GET orders:8080/a?b=c");
    assertThat(mesh.begun()).containsExactly("GET orders:8080/a?b=c");
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
    List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
    v1.handle(
        exchange -> {
          seen.add(exchange.getRequestHeaders().getFirst("x-mesh"));
          LocalServer.answer(exchange, 200, "");
        });

    try (Response response = call("http://orders/a?x=y")) {
      assertThat(response.header("x-answer")).isEqualTo("set");
      assertThat(response.request().url()).hasToString("http://orders/a?x=y");
      assertThat(response.request().header("x-mesh")).isNull();
    }

    assertThat(seen).containsExactly("set");
    assertThat(v1.requests()).containsExactly("GET orders.shop:81/v2/a?x=%20y");
  }

  @Test
  void bodyIsSentAgainToAnotherEndpoint() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 503, "busy"));
    v2.handle(LocalServer::echo);
    mesh.manage("orders", n -> n == 0 ? to(v1).retryOn(503) : to(v2));

    Request request =
        new Request.Builder().url("http://orders/").post(new TextBody("hello", false)).build();
    try (Response response = client.newCall(request).execute()) {
      assertThat(response.code()).isEqualTo(200);
      assertThat(Wire.body(response).string()).isEqualTo("got hello");
    }

    assertThat(mesh.attempt(0).events()).containsExactly("headers 503");
    assertThat(mesh.attempt(1).events()).containsExactly("headers 200", "end COMPLETE");
  }

  @Test
  void retryGoesToTheOtherEndpointThoughTheCallHoldsAConnection() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 503, "busy"));
    mesh.manage("orders", n -> n % 2 == 0 ? to(v1).retryOn(503) : to(v2));

    for (int i = 0; i < 5; i++) {
      assertThat(get("http://orders/")).isEqualTo("v2");
    }

    assertThat(v1.requests()).hasSize(5);
    assertThat(v2.requests()).hasSize(5);
    assertThat(v2.connections()).isOne();
  }

  @Test
  void refusedConnectionIsRetriedElsewhere() throws IOException {
    mesh.manage(
        "orders", n -> n == 0 ? ScriptedAttempt.to(refusing()).retryOnFailure(1_000_000) : to(v1));

    assertThat(get("http://orders/")).isEqualTo("v1");

    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void failureThatIsNotRetriedIsTheLibrarysOwn() {
    mesh.manage("orders", n -> ScriptedAttempt.to(refusing()));

    assertThatThrownBy(() -> get("http://orders/")).isInstanceOf(ConnectException.class);

    assertThat(mesh.attempts()).hasSize(1);
    assertThat(mesh.attempt(0).events()).containsExactly("failed CONNECT");
  }

  @Test
  void unknownHostIsTheLibrarysOwnFailure() {
    mesh.manage("no-such-host.invalid", n -> ScriptedAttempt.toWhereTheLibraryGoes());

    assertThatThrownBy(() -> get("http://no-such-host.invalid/"))
        .isInstanceOf(UnknownHostException.class);

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

    try (Response response = call("http://orders/")) {
      assertThat(response.code()).isEqualTo(503);
      assertThat(response.message()).isEqualTo("Service Unavailable");
      assertThat(Wire.body(response).contentType()).isEqualTo(TEXT);
      assertThat(Wire.body(response).string()).isEqualTo("fault");
    }
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
    v1.handle(
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://items/x?y");
          LocalServer.answer(exchange, 301, "moved");
        });
    mesh.manage("orders", n -> to(v1));
    mesh.manage("items", n -> to(v2));

    Response response = call("http://orders/");
    String body = Wire.body(response).string();

    assertThat(body).isEqualTo("v2");
    assertThat(response.request().url()).hasToString("http://items/x?y");
    assertThat(requireNonNull(response.priorResponse()).code()).isEqualTo(301);
    assertThat(v2.requests()).containsExactly("GET items/x?y");
    assertThat(mesh.attempt(0).events()).containsExactly("headers 301", "end COMPLETE");
    assertThat(mesh.attempt(1).events()).containsExactly("headers 200", "end COMPLETE");
  }

  @Test
  void redirectFromAnUnmanagedHostIsDecided() throws IOException {
    v1.handle(
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://items/");
          LocalServer.answer(exchange, 307, "");
        });
    mesh.manage("items", n -> to(v2));

    assertThat(get("http://localhost:" + v1.address().getPort() + "/")).isEqualTo("v2");
  }

  @Test
  void redirectToTheSameHostMayGoToAnotherEndpoint() throws IOException {
    v1.handle(
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/next");
          LocalServer.answer(exchange, 302, "");
        });
    mesh.manage("orders", n -> to(n == 0 ? v1 : v2));

    assertThat(get("http://orders/")).isEqualTo("v2");
    assertThat(v2.requests()).containsExactly("GET orders/next");
  }

  @Test
  void endlessRedirectFailsAsInOkHttp() {
    v1.handle(
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/again");
          LocalServer.answer(exchange, 302, "");
        });
    mesh.manage("orders", n -> to(v1));

    assertThatThrownBy(() -> get("http://orders/"))
        .isInstanceOf(java.net.ProtocolException.class)
        .hasMessage("Too many follow-up requests: 21");
    assertThat(mesh.attempts()).hasSize(21).allMatch(ScriptedAttempt::isEnded);
  }

  @Test
  void redirectsAreNotFollowedIfTheClientSaysSo() throws IOException {
    v1.handle(
        exchange -> {
          exchange.getResponseHeaders().set("Location", "/again");
          LocalServer.answer(exchange, 302, "moved");
        });
    mesh.manage("orders", n -> to(v1));
    client = client.newBuilder().followRedirects(false).build();

    try (Response response = call("http://orders/")) {
      assertThat(response.code()).isEqualTo(302);
      assertThat(Wire.body(response).string()).isEqualTo("moved");
    }
  }

  @Test
  void authenticatorSeesTheResponsesBefore() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 401, ""));
    mesh.manage("orders", n -> to(v1));
    client =
        client
            .newBuilder()
            .authenticator(
                (route, response) -> {
                  int count = 0;
                  for (Response r = response; r != null; r = r.priorResponse()) {
                    count++;
                  }
                  return count >= 3
                      ? null
                      : response.request().newBuilder().header("Authorization", "x").build();
                })
            .build();

    try (Response response = call("http://orders/")) {
      assertThat(response.code()).isEqualTo(401);
    }

    assertThat(v1.requests()).hasSize(3);
  }

  @Test
  @DisabledIfSystemProperty(
      named = "weft.okhttp",
      matches = "3\\.9\\..*",
      disabledReason = "OkHttp 3.9 does not heed Retry-After")
  void unavailableWithRetryAfterZeroIsSentOnceMoreByOkHttp() throws IOException {
    v1.handle(
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "0");
          LocalServer.answer(exchange, 503, "");
        });
    mesh.manage("orders", n -> to(v1));

    try (Response response = call("http://orders/")) {
      assertThat(response.code()).isEqualTo(503);
    }

    assertThat(v1.requests()).hasSize(2);
  }

  @Test
  void closingEarlyEndsTheAttemptAsCancelled() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 200, "x".repeat(100_000)));
    mesh.manage("orders", n -> to(v1));

    try (Response response = call("http://orders/")) {
      assertThat(Wire.body(response).source().readByte()).isEqualTo((byte) 'x');
    }

    assertThat(mesh.attempt(0).events()).containsExactly("headers 200", "end CANCELLED");
  }

  @Test
  void brokenBodyEndsTheAttemptAsBroken() throws IOException {
    v1.handle(
        exchange -> {
          exchange.sendResponseHeaders(200, 10);
          exchange.getResponseBody().write(new byte[5]);
          exchange.getResponseBody().flush();
          v1.close();
        });
    mesh.manage("orders", n -> to(v1));

    try (Response response = call("http://orders/")) {
      assertThatThrownBy(() -> Wire.body(response).bytes()).isInstanceOf(IOException.class);
    }

    assertThat(mesh.attempt(0).events()).containsExactly("headers 200", "end BROKEN");
  }

  @Test
  void responsesWithoutABodyEndTheAttemptAtOnce() throws IOException {
    v1.handle(exchange -> LocalServer.answer(exchange, 204, ""));
    mesh.manage("orders", n -> to(v1));

    Response response = call("http://orders/");

    assertThat(mesh.attempt(0).events()).containsExactly("headers 204", "end COMPLETE");
    response.close();
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
  void perTryTimeoutOnAReusedConnectionIsNotRecoveredFrom() throws IOException {
    CountDownLatch release = new CountDownLatch(1);
    mesh.manage(
        "orders",
        n -> n == 1 ? to(v1).timeoutMillis(200).retryOnFailure(0) : n == 0 ? to(v1) : to(v2));
    get("http://orders/");
    v1.handle(exchange -> await(release));

    assertThat(get("http://orders/")).isEqualTo("v2");

    assertThat(v1.requests()).hasSize(2);
    assertThat(mesh.attempt(1).events()).containsExactly("failed TIMEOUT");
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
    mesh.manage("orders", n -> to(v1).timeoutMillis(1_500));

    try (Response response = call("http://orders/")) {
      assertThat(Wire.body(response).source().readByte()).isEqualTo((byte) 'a');
      CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS).execute(release::countDown);
      assertThat(Wire.body(response).string()).isEqualTo("b");
    }
  }

  @Test
  void readTimeoutOfTheApplicationIsNeverRetried() {
    CountDownLatch release = new CountDownLatch(1);
    v1.handle(exchange -> await(release));
    mesh.manage("orders", n -> to(v1).retryOnFailure(0));
    client = client.newBuilder().readTimeout(100, TimeUnit.MILLISECONDS).build();

    assertThatThrownBy(() -> get("http://orders/")).isInstanceOf(SocketTimeoutException.class);

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
  void delayEndsWithTheReadTimeout() {
    mesh.manage("orders", n -> to(v1).delayMillis(20_000).retryOnFailure(0));
    client = client.newBuilder().readTimeout(100, TimeUnit.MILLISECONDS).build();

    assertThatThrownBy(() -> get("http://orders/")).isInstanceOf(SocketTimeoutException.class);

    assertThat(mesh.attempts()).hasSize(1);
    assertThat(mesh.attempt(0).events()).containsExactly("failed APPLICATION_TIMEOUT");
  }

  @Test
  void cancelEndsADelay() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    mesh.manage(
        "orders",
        n -> {
          begun.countDown();
          return to(v1).delayMillis(20_000);
        });
    Call call = client.newCall(new Request.Builder().url("http://orders/").build());

    CompletableFuture<Response> future = enqueue(call);
    begun.await();
    CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(call::cancel);

    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessage("Canceled");
    assertThat(mesh.attempt(0).events()).containsExactly("failed CANCELLED");
  }

  @Test
  void interruptEndsADelay() {
    Thread caller = Thread.currentThread();
    mesh.manage(
        "orders",
        n -> {
          CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(caller::interrupt);
          return to(v1).delayMillis(20_000);
        });

    assertThatThrownBy(() -> get("http://orders/")).isInstanceOf(InterruptedIOException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(mesh.attempt(0).events()).containsExactly("failed CANCELLED");
  }

  @Test
  void cancelWhileAnAnswerIsAwaitedIsNotRetried() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    v1.handle(
        exchange -> {
          asked.countDown();
          await(release);
        });
    mesh.manage("orders", n -> to(v1).retryOnFailure(0));
    Call call = client.newCall(new Request.Builder().url("http://orders/").build());

    CompletableFuture<Response> future = enqueue(call);
    asked.await();
    call.cancel();

    assertThatThrownBy(future::get).isInstanceOf(ExecutionException.class);
    assertThat(mesh.attempts()).hasSize(1);
    assertThat(mesh.attempt(0).events()).containsExactly("failed CANCELLED");
    release.countDown();
  }

  @Test
  void asyncCallsAreManaged() throws Exception {
    mesh.manage("orders", n -> to(v2));

    Response response = enqueue(client.newCall(request("http://orders/"))).get();

    assertThat(Wire.body(response).string()).isEqualTo("v2");
  }

  @Test
  void copiedClientsAskOnce() throws IOException {
    mesh.manage("orders", n -> to(v1));
    AtomicInteger seen = new AtomicInteger();
    client =
        client
            .newBuilder()
            .addInterceptor(
                chain -> {
                  seen.incrementAndGet();
                  return chain.proceed(chain.request());
                })
            .build()
            .newBuilder()
            .build();

    get("http://orders/");

    assertThat(mesh.begun()).hasSize(1);
    assertThat(seen).hasValue(1);
  }

  @Test
  void cachedAnswersAreNotAskedOfTheMesh(@TempDir Path folder) throws IOException {
    v1.handle(
        exchange -> {
          exchange.getResponseHeaders().set("Cache-Control", "max-age=60");
          LocalServer.answer(exchange, 200, "cached");
        });
    mesh.manage("orders", n -> to(v1).path("/rewritten"));
    client = client.newBuilder().cache(new Cache(folder.toFile(), 1 << 20)).build();

    assertThat(get("http://orders/")).isEqualTo("cached");
    assertThat(get("http://orders/")).isEqualTo("cached");

    assertThat(v1.requests()).hasSize(1);
    assertThat(mesh.attempts()).hasSize(1);
    assertThat(mesh.abandoned()).isEqualTo(1);
  }

  @Test
  @DisabledIfSystemProperty(
      named = "weft.okhttp",
      matches = "3\\.9\\..*",
      disabledReason = "OkHttp 3.9 has no one-shot bodies")
  void oneShotBodiesAreNotReplayable() {
    RequestBody oneShot = new TextBody("", true);
    Request.Builder request = new Request.Builder().url("http://orders/");

    assertThat(RequestView.INSTANCE.isReplayable(request.post(oneShot).build())).isFalse();
    assertThat(RequestView.INSTANCE.isReplayable(request.post(new TextBody("", false)).build()))
        .isTrue();
    assertThat(RequestView.INSTANCE.isReplayable(request.get().build())).isTrue();
  }

  @Test
  void explicitProxyIsUnmanaged() throws IOException {
    mesh.manage("orders", n -> to(v2));
    client = client.newBuilder().proxy(new Proxy(Proxy.Type.HTTP, v1.address())).build();

    assertThat(get("http://orders/")).isEqualTo("v1");

    assertThat(mesh.begun()).isEmpty();
  }

  @Test
  void faultOfOursIsReportedAndTheCallGoesOn() throws IOException {
    mesh.breakDown();

    assertThat(get("http://localhost:" + v1.address().getPort() + "/")).isEqualTo("v1");

    assertThat(Hooks.statuses().get("okhttp-3.9"))
        .isEqualTo(
            new Hooks.Status(
                Hooks.State.FAILED,
                "begin: java.lang.IllegalStateException: broken, as the test wants it"));
    assertThat(mesh.faults()).hasSize(1).first().asString().startsWith("okhttp-3.9: begin: ");
  }

  @Test
  void withoutAnEngineNothingChanges() throws IOException {
    mesh.close();

    assertThat(get("http://localhost:" + v1.address().getPort() + "/")).isEqualTo("v1");
    assertThatThrownBy(() -> get("http://no-such-host.invalid/"))
        .isInstanceOf(UnknownHostException.class);
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
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Request request(String url) {
    return new Request.Builder().url(url).build();
  }

  private Response call(String url) throws IOException {
    return client.newCall(request(url)).execute();
  }

  private String get(String url) throws IOException {
    try (Response response = call(url)) {
      return Wire.body(response).string();
    }
  }

  private static CompletableFuture<Response> enqueue(Call call) {
    CompletableFuture<Response> future = new CompletableFuture<>();
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call failed, IOException e) {
            future.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call answered, Response response) {
            future.complete(response);
          }
        });
    return future;
  }

  private static final class TextBody extends RequestBody {
    private final String text;
    private final boolean isOneShot;

    TextBody(String text, boolean isOneShot) {
      this.text = text;
      this.isOneShot = isOneShot;
    }

    @Override
    public MediaType contentType() {
      return TEXT;
    }

    @Override
    public boolean isOneShot() {
      return isOneShot;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.writeUtf8(text);
    }
  }
}
