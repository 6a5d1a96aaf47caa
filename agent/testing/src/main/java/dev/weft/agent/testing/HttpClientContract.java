/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import static dev.weft.agent.testing.ContractMesh.DELAY_MILLIS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.weft.agent.testing.TestClient.Request;
import dev.weft.agent.testing.TestClient.Response;
import dev.weft.agent.testing.TestServer.Received;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every client module does for its library. Runs in a JVM with {@code
 * -javaagent:weft-agent.jar -Dweft.xds.file=<file>}; the names it calls are in no DNS.
 *
 * <p>A library's test extends it, says how the library is used, and names what the library cannot
 * do.
 */
public abstract class HttpClientContract {
  private static final Duration SOON = Duration.ofSeconds(20);
  // Says which file is in effect: an earlier run's may still be.
  private static String generation = "";
  private static TestServer one = TestServer.start("one");
  private static TestServer twin = one.twin("twin");

  private TestClient client = new NoClient();
  private TestClient following = new NoClient();

  /** Creates the contract. */
  protected HttpClientContract() {}

  /** What not every library can. */
  public enum Ability {
    /** Calls that do not block. */
    ASYNC,
    /** Cancelling such a call ends its exchange. */
    CANCEL,
    /** An interrupt ends a blocking call that waits for a server; waits of ours it always ends. */
    INTERRUPT,
    /** Sending a copy of a request in the background. */
    MIRROR,
    /** Following redirects. */
    REDIRECT,
    /** A timeout for the whole request, set with the request. */
    TIMEOUT,
    /** Telling a body that broke off from one that ended. */
    TRUNCATION
  }

  /** Returns a new client with a pool of its own. */
  protected abstract TestClient newClient(boolean followsRedirects);

  /** Returns what the library cannot do. */
  protected Set<Ability> inabilities() {
    return Set.of();
  }

  /** Returns what users of the library catch when nobody listens. */
  protected abstract Class<? extends Throwable> connectFailure();

  /** Returns what users of the library catch when their own timeout ran out. */
  protected abstract Class<? extends Throwable> timeoutFailure();

  /** Returns what users of the library catch when a connection breaks. */
  protected abstract Class<? extends Throwable> brokenFailure();

  /** Returns what users of the library catch when the thread of a blocking call is interrupted. */
  protected abstract Class<? extends Throwable> interruptFailure();

  @BeforeAll
  static void writeTheMesh() {
    String file = System.getProperty("weft.xds.file");
    assertThat(file).as("-Dweft.xds.file").isNotNull();
    generation = key();
    ContractMesh.write(Path.of(file), one, twin, generation);
  }

  @AfterAll
  static void stopServers() {
    // Another contract of the same JVM gets servers of its own.
    one.close();
    twin.close();
    one = TestServer.start("one");
    twin = one.twin("twin");
  }

  @BeforeEach
  void open() {
    client = newClient(false);
    following = newClient(true);
    await()
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> client.send(Request.get("http://ready.test/")).body().equals(generation));
    one.forget();
    twin.forget();
  }

  @AfterEach
  void close() {
    client.close();
    following.close();
  }

  @Test
  void callGoesToTheEndpointOfANameThatIsInNoDns() throws Exception {
    Response response = client.send(Request.get("http://one.test/hello?a=b%20c"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("one");
    assertThat(response.header("x-server")).isEqualTo("one");
    assertThat(one.received())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.path()).isEqualTo("/hello?a=b%20c");
              assertThat(request.header("host")).isEqualTo("one.test");
            });
  }

  @Test
  void bodyIsSentWhole() throws Exception {
    String body = "x".repeat(1_000_000);

    client.send(Request.post("http://one.test/upload", body));

    assertThat(one.received())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.method()).isEqualTo("POST");
              assertThat(request.body()).isEqualTo(body);
            });
  }

  @Test
  void bodyThatIsProducedOnceIsSentWhole() throws Exception {
    client.send(Request.post("http://one.test/upload", "once").once());

    assertThat(one.received())
        .singleElement()
        .satisfies(request -> assertThat(request.body()).isEqualTo("once"));
  }

  @Test
  void bodyComesBackWhole() throws Exception {
    Response response = client.send(Request.get("http://one.test/big/1000000"));

    assertThat(response.body()).hasSize(1_000_000);
  }

  @Test
  void keptAliveCallsAreBalancedOverOneConnectionForEachEndpoint() throws Exception {
    for (int i = 0; i < 100; i++) {
      client.send(Request.get("http://two.test/"));
    }

    assertThat(one.received()).hasSize(50);
    assertThat(twin.received()).hasSize(50);
    assertThat(connections(one)).hasSize(1);
    assertThat(connections(twin)).hasSize(1);
  }

  @Test
  void errorOfTheServerIsDelivered() throws Exception {
    Response response = client.send(Request.get("http://one.test/status/503"));

    assertThat(response.status()).isEqualTo(503);
    assertThat(response.body()).isEqualTo("one");
  }

  @Test
  void abortIsAResponseAndNothingIsSent() throws Exception {
    Response response = client.send(Request.get("http://abort.test/"));

    assertThat(response.status()).isEqualTo(555);
    assertThat(response.body()).isEqualTo("fault filter abort");
    assertThat(one.received()).isEmpty();
  }

  @Test
  void answerOfTheMeshIsAResponseLikeAnyOther() throws Exception {
    Response response = client.send(Request.post("http://direct.test/", "ignored"));

    assertThat(response.status()).isEqualTo(418);
    assertThat(response.body()).isEqualTo("a teapot");
  }

  @Test
  void delayHoldsTheCallBackAndLetsItThrough() throws Exception {
    long start = System.nanoTime();

    Response response = client.send(Request.get("http://delay.test/"));

    assertThat(response.body()).isEqualTo("one");
    assertThat(millisSince(start)).isGreaterThanOrEqualTo(DELAY_MILLIS);
  }

  @Test
  void mirroredRequestIsSentTwiceAndAnsweredOnce() throws Exception {
    assume(Ability.MIRROR);

    Response response = client.send(Request.post("http://mirrored.test/copy", "both"));

    assertThat(response.body()).isEqualTo("one");
    assertThat(one.received("/copy")).hasSize(1);
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(twin.received("/copy"))
                    .singleElement()
                    .satisfies(
                        copy -> {
                          assertThat(copy.method()).isEqualTo("POST");
                          assertThat(copy.body()).isEqualTo("both");
                          assertThat(copy.header("host")).isEqualTo("mirrored.test-shadow");
                        }));
  }

  @Test
  void bodyThatIsProducedOnceIsNotMirrored() throws Exception {
    assume(Ability.MIRROR);

    client.send(Request.post("http://mirrored.test/once", "once").once());
    client.send(Request.get("http://mirrored.test/twice"));

    await().atMost(SOON).until(() -> twin.received("/twice").size() == 1);
    assertThat(twin.received("/once")).isEmpty();
    assertThat(one.received("/once"))
        .singleElement()
        .satisfies(request -> assertThat(request.body()).isEqualTo("once"));
  }

  @Test
  void mirrorThatIsNotThereIsNotSeen() throws Exception {
    assume(Ability.MIRROR);

    for (int i = 0; i < 3; i++) {
      assertThat(client.send(Request.get("http://lost-mirror.test/")).body()).isEqualTo("one");
    }
  }

  @Test
  void redirectIsDeliveredToAClientThatDoesNotFollow() throws Exception {
    Response response = client.send(Request.get("http://one.test/redirect?to=http://abort.test/"));

    assertThat(response.status()).isEqualTo(302);
    assertThat(response.header("location")).isEqualTo("http://abort.test/");
  }

  @Test
  void followedRedirectIsDecidedAnew() throws Exception {
    assume(Ability.REDIRECT);

    Response aborted =
        following.send(Request.get("http://one.test/redirect?to=http://abort.test/"));
    Response routed =
        following.send(Request.get("http://one.test/redirect?to=http://headers.test/next"));

    assertThat(aborted.status()).isEqualTo(555);
    assertThat(routed.body()).isEqualTo("one");
    assertThat(one.received("/next"))
        .singleElement()
        .satisfies(next -> assertThat(next.header("x-added")).isEqualTo("by the mesh"));
  }

  @Test
  void relativeRedirectIsResolvedAgainstTheLogicalUri() throws Exception {
    assume(Ability.REDIRECT);

    Response response = following.send(Request.get("http://one.test/redirect?to=/landed"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(one.received("/landed"))
        .singleElement()
        .satisfies(next -> assertThat(next.header("host")).isEqualTo("one.test"));
  }

  @Test
  void redirectFromAnUnmanagedHostToAManagedOneIsRouted() throws Exception {
    assume(Ability.REDIRECT);

    Response response =
        following.send(Request.get(one.url("/redirect?to=" + encoded("http://two.test/landed"))));

    assertThat(response.status()).isEqualTo(200);
    assertThat(one.received("/landed").size() + twin.received("/landed").size()).isEqualTo(1);
  }

  @Test
  void redirectOfTheMeshIsFollowed() throws Exception {
    assume(Ability.REDIRECT);

    Response response = following.send(Request.get("http://moved.test/old"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(one.received())
        .singleElement()
        .satisfies(request -> assertThat(request.path()).isEqualTo("/moved"));
  }

  @Test
  void failedAttemptsAreHiddenByRetries() throws Exception {
    Response response = client.send(Request.post("http://retry.test/flaky/2/" + key(), "again"));

    assertThat(response.status()).isEqualTo(200);
    assertThat(one.received())
        .hasSize(3)
        .allSatisfy(request -> assertThat(request.body()).isEqualTo("again"));
  }

  @Test
  void lastFailureIsDeliveredWhenRetriesAreUsedUp() throws Exception {
    Response response = client.send(Request.get("http://retry.test/status/500"));

    assertThat(response.status()).isEqualTo(500);
    assertThat(one.received()).hasSize(4);
  }

  @Test
  void bodyThatIsProducedOnceIsNotSentAgain() throws Exception {
    Response response =
        client.send(Request.post("http://retry.test/flaky/2/" + key(), "once").once());

    assertThat(response.status()).isEqualTo(503);
    assertThat(one.received()).hasSize(1);
  }

  @Test
  void refusedConnectionIsRetriedElsewhere() throws Exception {
    for (int i = 0; i < 4; i++) {
      assertThat(client.send(Request.get("http://elsewhere.test/")).body()).isEqualTo("one");
    }
  }

  @Test
  void refusedConnectionFailsAsInTheLibrary() {
    Throwable failure = catchThrowable(() -> client.send(Request.get("http://dead.test/")));

    assertThat(failure).isInstanceOf(connectFailure());
  }

  @Test
  void connectionThatBreaksBeforeTheResponseFailsAsInTheLibrary() {
    Throwable failure = catchThrowable(() -> client.send(Request.get("http://one.test/reset")));

    assertThat(failure).isInstanceOf(brokenFailure());
  }

  @Test
  void bodyThatBreaksOffFailsAsInTheLibrary() {
    assume(Ability.TRUNCATION);

    Throwable failure = catchThrowable(() -> client.send(Request.get("http://one.test/truncated")));

    assertThat(failure).isInstanceOf(brokenFailure());
  }

  @Test
  void routesTimeoutIsAnswered504() throws Exception {
    long start = System.nanoTime();

    Response response = client.send(Request.get("http://timeout.test/hang"));

    assertThat(response.status()).isEqualTo(504);
    assertThat(millisSince(start)).isGreaterThanOrEqualTo(DELAY_MILLIS);
  }

  @Test
  void attemptThatTakesTooLongIsGivenUpForAnother() throws Exception {
    Response response = client.send(Request.get("http://per-try.test/slow-once/" + key()));

    assertThat(response.status()).isEqualTo(200);
    assertThat(one.received()).hasSize(2);
  }

  @Test
  void applicationsTimeoutIsTheLibrarys() {
    assume(Ability.TIMEOUT);
    Request request = Request.get("http://one.test/hang").timeout(Duration.ofMillis(DELAY_MILLIS));

    Throwable failure = catchThrowable(() -> client.send(request));

    assertThat(failure).isInstanceOf(timeoutFailure());
  }

  @Test
  void applicationsTimeoutEndsADelay() {
    assume(Ability.TIMEOUT);
    Request request = Request.get("http://late.test/").timeout(Duration.ofMillis(DELAY_MILLIS));

    Throwable failure = catchThrowable(() -> client.send(request));

    assertThat(failure).isInstanceOf(timeoutFailure());
    assertThat(one.received()).isEmpty();
  }

  @Test
  void requestHeadersAreChanged() throws Exception {
    client.send(
        Request.get("http://headers.test/")
            .header("x-set", "by the application")
            .header("x-secret", "s3cret")
            .header("x-mine", "mine"));

    assertThat(one.received())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.header("x-added")).isEqualTo("by the mesh");
              assertThat(request.header("x-set")).isEqualTo("by the mesh");
              assertThat(request.header("x-secret")).isNull();
              assertThat(request.header("x-mine")).isEqualTo("mine");
            });
  }

  @Test
  void responseHeadersAreChanged() throws Exception {
    Response response = client.send(Request.get("http://headers.test/"));

    assertThat(response.header("x-came-by")).isEqualTo("the mesh");
    assertThat(response.header("x-drop")).isNull();
    assertThat(response.header("x-server")).isEqualTo("one");
  }

  @Test
  void pathAndAuthorityAreRewritten() throws Exception {
    client.send(Request.get("http://rewrite.test/api/orders?id=7"));

    assertThat(one.received())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.path()).isEqualTo("/internal/orders?id=7");
              assertThat(request.header("host")).isEqualTo("backend.internal");
            });
  }

  @Test
  void unmanagedCallIsLeftAlone() throws Exception {
    Response response = client.send(Request.get(one.url("/plain")).header("x-mine", "mine"));

    assertThat(response.body()).isEqualTo("one");
    assertThat(one.received())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.header("host")).isEqualTo("127.0.0.1:" + one.port());
              assertThat(request.header("x-mine")).isEqualTo("mine");
            });
  }

  @Test
  void nameThatNobodyKnowsFailsAsInTheLibrary() {
    Throwable failure = catchThrowable(() -> client.send(Request.get("http://nobody.invalid/")));

    assertThat(failure).isInstanceOf(Exception.class);
    assertThat(one.received()).isEmpty();
  }

  @Test
  void callBeyondTheLimitIsAnswered503() throws Exception {
    assume(Ability.ASYNC);
    CompletableFuture<Response> first = client.sendAsync(Request.get("http://limited.test/hang"));
    await().atMost(SOON).until(() -> one.received("/hang").size() == 1);

    Response second = client.send(Request.get("http://limited.test/"));

    assertThat(second.status()).isEqualTo(503);
    first.cancel(true);
  }

  @Test
  void everyEndingOfAnAttemptIsCountedOut() throws Exception {
    client.send(Request.get("http://limited.test/"));
    client.send(Request.get("http://limited.test/status/500"));
    client.send(Request.get("http://limited.test/status/204"));
    assertThatThrownBy(() -> client.send(Request.get("http://limited.test/reset")));
    boolean tells = !inabilities().contains(Ability.TRUNCATION);
    assertThat(catchThrowable(() -> client.send(Request.get("http://limited.test/truncated"))))
        .matches(failure -> failure != null || !tells);
    try (InputStream body = client.open(Request.get("http://limited.test/endless"))) {
      assertThat(body.read()).isEqualTo('x');
    }

    assertCountedOut("limited.test");
  }

  @Test
  void attemptsOfARetriedCallAreCountedOut() throws Exception {
    client.send(Request.get("http://retry.test/flaky/2/" + key()));
    client.send(Request.get("http://per-try.test/slow-once/" + key()));
    client.send(Request.get("http://timeout.test/hang"));

    assertCountedOut("retry.test");
    assertCountedOut("per-try.test");
    assertCountedOut("timeout.test");
  }

  @Test
  void bodyThatIsClosedEarlyEndsTheExchange() throws Exception {
    int before = one.abandoned();

    try (InputStream body = client.open(Request.get("http://one.test/endless"))) {
      assertThat(body.read()).isEqualTo('x');
    }

    await().atMost(SOON).until(() -> one.abandoned() > before);
  }

  @Test
  void asyncCallIsCarriedOutWithAllThatTheMeshDoes() throws Exception {
    assume(Ability.ASYNC);

    Response plain = get(client.sendAsync(Request.get("http://one.test/")));
    Response aborted = get(client.sendAsync(Request.get("http://abort.test/")));
    Response delayed = get(client.sendAsync(Request.get("http://delay.test/")));
    Response retried =
        get(client.sendAsync(Request.post("http://retry.test/flaky/2/" + key(), "again")));

    assertThat(plain.body()).isEqualTo("one");
    assertThat(aborted.status()).isEqualTo(555);
    assertThat(delayed.body()).isEqualTo("one");
    assertThat(retried.status()).isEqualTo(200);
  }

  @Test
  void asyncCallToADeadEndpointFailsAsInTheLibrary() {
    assume(Ability.ASYNC);

    Throwable failure =
        catchThrowable(() -> get(client.sendAsync(Request.get("http://dead.test/"))));

    assertThat(failure).hasCauseInstanceOf(connectFailure());
  }

  @Test
  void cancelledCallEndsTheExchange() {
    assume(Ability.CANCEL);
    int before = one.abandoned();
    CompletableFuture<Response> call = client.sendAsync(Request.get("http://limited.test/hang"));
    await().atMost(SOON).until(() -> one.received("/hang").size() == 1);

    call.cancel(true);

    await().atMost(SOON).until(() -> one.abandoned() > before);
    assertThat(call).isCancelled();
    assertCountedOut("limited.test");
  }

  @Test
  void callThatIsCancelledDuringADelayIsNeverSent() {
    assume(Ability.CANCEL);
    CompletableFuture<Response> call = client.sendAsync(Request.get("http://late.test/"));

    call.cancel(true);

    assertThat(call).isCancelled();
    assertThat(one.received()).isEmpty();
    // Whoever is counted in until the delay is over would make this one overflow at once.
    CompletableFuture<Response> next = client.sendAsync(Request.get("http://late.test/"));
    assertThat(next).isNotDone();
    next.cancel(true);
  }

  @Test
  void interruptEndsADelay() throws Exception {
    Throwable failure = interrupted(Request.get("http://late.test/"));

    assertThat(failure).isInstanceOf(interruptFailure());
    assertThat(one.received()).isEmpty();
  }

  @Test
  void interruptEndsAnAttempt() throws Exception {
    assume(Ability.INTERRUPT);

    Throwable failure = interrupted(Request.get("http://limited.test/hang"));

    assertThat(failure).isInstanceOf(interruptFailure());
    assertCountedOut("limited.test");
  }

  @Test
  void interruptEndsTheWaitBeforeARetry() throws Exception {
    Throwable failure = interrupted(Request.get("http://retry-late.test/status/500"));

    assertThat(failure).isInstanceOf(interruptFailure());
    assertThat(one.received()).hasSizeLessThan(6);
  }

  private Throwable interrupted(Request request) throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread caller =
        new Thread(() -> failure.set(catchThrowable(() -> client.send(request))), "caller");
    caller.start();
    await()
        .atMost(SOON)
        .until(
            () ->
                caller.getState() == Thread.State.TIMED_WAITING
                    || caller.getState() == Thread.State.WAITING
                    || !one.received().isEmpty());
    caller.interrupt();
    caller.join(SOON.toMillis());
    return failure.get();
  }

  /** Only one request at a time is let through to the host: none may still be counted. */
  private void assertCountedOut(String host) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(client.send(Request.get("http://" + host + "/status/200")).status())
                    .isEqualTo(200));
  }

  private void assume(Ability ability) {
    Assumptions.assumeFalse(inabilities().contains(ability), () -> "cannot: " + ability);
  }

  private static Set<Integer> connections(TestServer server) {
    Map<Integer, Long> byConnection =
        server.received().stream().collect(groupingBy(Received::connection, counting()));
    return new TreeSet<>(byConnection.keySet());
  }

  private static Response get(CompletableFuture<Response> call) throws Exception {
    return call.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private static long millisSince(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }

  private static String key() {
    return Long.toHexString(System.nanoTime());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  /** What a test has before it opens its own. */
  private static final class NoClient implements TestClient {
    @Override
    public Response send(Request request) {
      throw new IllegalStateException("not open");
    }

    @Override
    public CompletableFuture<Response> sendAsync(Request request) {
      throw new IllegalStateException("not open");
    }

    @Override
    public InputStream open(Request request) {
      throw new IllegalStateException("not open");
    }

    @Override
    public void close() {}
  }
}
