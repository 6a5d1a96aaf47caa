/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.agent.engine.authentication.TokenFailure;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.authentication.TokenVerifier.Verdict;
import dev.weft.agent.engine.config.JwtFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that an issuer publishes, got over real HTTP by the test's own thread and clock. */
class RemoteKeysTest {
  private static final Verdict NO_KEYS = new Verdict.Bad(TokenFailure.NO_KEYS);
  private static final long LIFE_SECONDS = 600;

  private final String token = Tokens.signed(JWSAlgorithm.RS256, Tokens.RSA);
  private final AtomicInteger asked = new AtomicInteger();
  private volatile int status = 200;
  private volatile String published = Tokens.json(Tokens.RSA);
  private long nanos;
  private HttpServer server;

  @BeforeEach
  void publish() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/keys", exchange -> answer(exchange, published));
    server.createContext(
        "/openid", exchange -> answer(exchange, "{\"jwks_uri\": \"" + url("/keys") + "\"}"));
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void tokensAreRefusedUntilTheKeysHaveCome() {
    TokenVerifier verifier =
        JwtVerifiers.create(() -> Tokens.NOW, () -> nanos, task -> {})
            .of(Tokens.provider(keys("/keys")));

    assertThat(verifier.verify(token)).isEqualTo(NO_KEYS);
  }

  @Test
  void theKeysComeOnAThreadOfTheirOwn() {
    TokenVerifier verifier = JwtVerifiers.create().of(Tokens.provider(keys("/keys")));
    String lasting =
        Tokens.signed(JWSAlgorithm.RS256, Tokens.RSA, claims -> claims.expirationTime(null));

    await()
        .untilAsserted(() -> assertThat(verifier.verify(lasting)).isInstanceOf(Verdict.Good.class));
  }

  @Test
  void theKeysThatAnOpenIdConfigurationNamesAreTaken() {
    assertThat(verifier("/openid").verify(token)).isInstanceOf(Verdict.Good.class);
    assertThat(asked).hasValue(2);
  }

  @Test
  void theKeysAreGotOnceUntilTheyAreOld() {
    TokenVerifier verifier = verifier("/keys");
    verifier.verify(token);
    verifier.verify(token);
    assertThat(asked).hasValue(1);

    pass(LIFE_SECONDS);
    assertThat(verifier.verify(token)).isInstanceOf(Verdict.Good.class);
    assertThat(asked).hasValue(2);
  }

  @Test
  void afterAFailureTheyAreAskedForAgainWithGrowingPauses() {
    published = "nonsense";
    TokenVerifier verifier = verifier("/keys");
    assertThat(verifier.verify(token)).isEqualTo(NO_KEYS);
    assertThat(asked).hasValue(1);

    pass(1);
    verifier.verify(token);
    pass(1);
    verifier.verify(token);
    assertThat(asked).hasValue(2);

    pass(1);
    published = Tokens.json(Tokens.RSA);
    verifier.verify(token);
    assertThat(verifier.verify(token)).isInstanceOf(Verdict.Good.class);
    assertThat(asked).hasValue(3);
  }

  @Test
  void theKeysBeforeStayWhileTheIssuerIsAway() {
    TokenVerifier verifier = verifier("/keys");
    verifier.verify(token);
    status = 503;

    pass(LIFE_SECONDS);

    assertThat(verifier.verify(token)).isInstanceOf(Verdict.Good.class);
  }

  @Test
  void aKeyThatIsMissingIsLookedForButNotWithEveryToken() {
    published = Tokens.json(Tokens.EC);
    TokenVerifier verifier = verifier("/keys");
    assertThat(verifier.verify(token)).isEqualTo(new Verdict.Bad(TokenFailure.UNKNOWN_KEY));
    assertThat(asked).hasValue(1);
    published = Tokens.json(Tokens.EC, Tokens.RSA);

    pass(30);
    verifier.verify(token);

    assertThat(verifier.verify(token)).isInstanceOf(Verdict.Good.class);
    assertThat(asked).hasValue(2);
  }

  @Test
  void aTokenOfAKeyThatWasTakenAwayIsRefused() {
    TokenVerifier verifier = verifier("/keys");
    assertThat(verifier.verify(token)).isInstanceOf(Verdict.Good.class);
    published = Tokens.json(Tokens.EC);

    pass(LIFE_SECONDS);
    verifier.verify(token);

    assertThat(verifier.verify(token)).isEqualTo(new Verdict.Bad(TokenFailure.UNKNOWN_KEY));
  }

  @Test
  void anAnswerWithoutEndIsNotRead() {
    published = "x".repeat(2 << 20);

    assertThat(verifier("/keys").verify(token)).isEqualTo(NO_KEYS);
  }

  private TokenVerifier verifier(String path) {
    return JwtVerifiers.create(() -> Tokens.NOW, () -> nanos, Runnable::run)
        .of(Tokens.provider(keys(path)));
  }

  private JwtFilter.Keys keys(String path) {
    return new JwtFilter.Keys.Remote(
        url(path), TimeUnit.SECONDS.toNanos(5), TimeUnit.SECONDS.toNanos(LIFE_SECONDS));
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private void pass(long seconds) {
    nanos += TimeUnit.SECONDS.toNanos(seconds);
  }

  private void answer(HttpExchange exchange, String text) throws IOException {
    asked.incrementAndGet();
    byte[] bytes = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (exchange) {
      exchange.getResponseBody().write(bytes);
    }
  }
}
