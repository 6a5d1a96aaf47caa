/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import static dev.weft.agent.jwt.Tokens.EC;
import static dev.weft.agent.jwt.Tokens.NOW;
import static dev.weft.agent.jwt.Tokens.OTHER_RSA;
import static dev.weft.agent.jwt.Tokens.RSA;
import static dev.weft.agent.jwt.Tokens.SECRET;
import static dev.weft.agent.jwt.Tokens.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import dev.weft.agent.engine.authentication.TokenFailure;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.authentication.TokenVerifier.Verdict;
import dev.weft.agent.engine.config.JwtFilter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JwtVerifierTest {
  private Instant now = NOW;
  private final TokenVerifier verifier = verifier(Tokens.json(RSA, EC, SECRET, Tokens.EDWARDS));

  static Stream<Arguments> good() {
    return Stream.of(
        argumentSet("RS256", JWSAlgorithm.RS256, RSA),
        argumentSet("PS384", JWSAlgorithm.PS384, RSA),
        argumentSet("ES256", JWSAlgorithm.ES256, EC),
        argumentSet("HS256", JWSAlgorithm.HS256, SECRET),
        argumentSet("EdDSA", JWSAlgorithm.EdDSA, Tokens.EDWARDS));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("good")
  void aTokenSignedByTheIssuersKeyIsGood(JWSAlgorithm algorithm, JWK key) {
    assertThat(verifier.verify(signed(algorithm, key))).isInstanceOf(Verdict.Good.class);
  }

  static Stream<Arguments> bad() throws Exception {
    String good = signed(JWSAlgorithm.RS256, RSA);
    OctetSequenceKey publicHalf =
        new OctetSequenceKey.Builder(RSA.toRSAKey().toRSAPublicKey().getEncoded())
            .keyID("rsa")
            .build();
    String none =
        new PlainJWT(new JWTClaimsSet.Builder().issuer(Tokens.ISSUER).build()).serialize();
    return Stream.of(
        argumentSet("no token", "abc", TokenFailure.BAD_FORMAT),
        argumentSet("no JSON", "a.b.c", TokenFailure.BAD_CONTENT),
        argumentSet("no signature", none, TokenFailure.BAD_ALGORITHM),
        argumentSet(
            "no signature after one was there",
            good.substring(0, good.lastIndexOf('.') + 1),
            TokenFailure.BAD_ALGORITHM),
        argumentSet(
            "none with a signature",
            base64("{\"alg\":\"none\"}") + ".e30.AA",
            TokenFailure.BAD_CONTENT),
        argumentSet(
            "signed by another key",
            signed(JWSAlgorithm.RS256, OTHER_RSA),
            TokenFailure.BAD_SIGNATURE),
        argumentSet(
            "the public key taken for a secret",
            signed(JWSAlgorithm.HS256, publicHalf),
            TokenFailure.UNKNOWN_KEY),
        argumentSet(
            "changed and signed by Ed25519",
            signed(JWSAlgorithm.EdDSA, Tokens.EDWARDS)
                .replaceFirst(
                    "\\.[^.]+\\.", "." + base64("{\"iss\":\"" + Tokens.ISSUER + "\"}") + "."),
            TokenFailure.BAD_SIGNATURE),
        argumentSet(
            "Ed25519 with half a signature",
            signed(JWSAlgorithm.EdDSA, Tokens.EDWARDS).replaceFirst("[^.]{40}$", ""),
            TokenFailure.BAD_SIGNATURE),
        argumentSet(
            "changed",
            good.replace(
                good.split("\\.", -1)[1],
                base64("{\"iss\":\"" + Tokens.ISSUER + "\",\"sub\":\"root\"}")),
            TokenFailure.BAD_SIGNATURE),
        argumentSet(
            "of another issuer",
            signed(JWSAlgorithm.RS256, RSA, claims -> claims.issuer("other")),
            TokenFailure.UNKNOWN_ISSUER),
        argumentSet(
            "expired",
            signed(JWSAlgorithm.RS256, RSA, claims -> claims.expirationTime(at(-61))),
            TokenFailure.EXPIRED),
        argumentSet(
            "not yet good",
            signed(JWSAlgorithm.RS256, RSA, claims -> claims.notBeforeTime(at(61))),
            TokenFailure.NOT_YET_VALID));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("bad")
  void anyOtherTokenIsRefused(String token, TokenFailure reason) {
    assertThat(verifier.verify(token)).isEqualTo(new Verdict.Bad(reason));
  }

  @Test
  void clocksMayDifferByAMinute() {
    String late = signed(JWSAlgorithm.RS256, RSA, claims -> claims.expirationTime(at(-59)));

    assertThat(verifier.verify(late)).isInstanceOf(Verdict.Good.class);
  }

  @Test
  void aTokenThatIsRememberedExpires() {
    String token = signed(JWSAlgorithm.RS256, RSA);
    assertThat(verifier.verify(token)).isInstanceOf(Verdict.Good.class);

    now = NOW.plusSeconds(661);

    assertThat(verifier.verify(token)).isEqualTo(new Verdict.Bad(TokenFailure.EXPIRED));
  }

  @Test
  void theClaimsAreReadAndBecomeHeaders() {
    Verdict.Good good = (Verdict.Good) verifier.verify(signed(JWSAlgorithm.ES256, EC));

    assertThat(good.audiences()).containsExactly("orders", "stock");
    assertThat(good.claims())
        .containsEntry("sub", "alice")
        .containsEntry("scope", List.of("read", "write"));
    assertThat(good.headers())
        .extracting(Map.Entry::getKey)
        .containsExactly("x-payload", "x-subject", "x-roles");
    assertThat(good.headers())
        .contains(Map.entry("x-subject", "alice"), Map.entry("x-roles", base64("[\"admin\"]")));
  }

  @Test
  void aClaimThatCannotBeAHeaderIsLeftOut() {
    String token =
        signed(JWSAlgorithm.ES256, EC, claims -> claims.subject("alice\r\nx-admin: yes"));

    assertThat(((Verdict.Good) verifier.verify(token)).headers())
        .extracting(Map.Entry::getKey)
        .doesNotContain("x-subject");
  }

  @Test
  void keysThatCannotBeReadVerifyNothing() {
    assertThat(verifier("nonsense").verify(signed(JWSAlgorithm.RS256, RSA)))
        .isEqualTo(new Verdict.Bad(TokenFailure.UNKNOWN_KEY));
  }

  private TokenVerifier verifier(String keys) {
    return JwtVerifiers.create(() -> now, System::nanoTime, Runnable::run)
        .of(Tokens.provider(new JwtFilter.Keys.Inline(keys)));
  }

  private static Date at(long seconds) {
    return Date.from(NOW.plusSeconds(seconds));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
