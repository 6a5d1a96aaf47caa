/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIssuerTest {
  private static final String ISSUER = "https://kubernetes.default.svc";
  private final TestClock clock = new TestClock();
  @TempDir Path folder;
  private ECKey key;
  private TokenIssuer issuer;

  @BeforeEach
  void start() throws Exception {
    key = new ECKeyGenerator(Curve.P_256).keyID("a").generate();
    Path file = folder.resolve("jwks.json");
    Files.writeString(file, new JWKSet(key.toPublicJWK()).toString());
    issuer = TokenIssuer.of(ISSUER, List.of("weft"), file.toString(), clock);
  }

  @Test
  void aKubernetesServiceAccountTokenNamesTheWorkload() throws Exception {
    String jwt = signed(claims().build());

    assertThat(TokenIssuer.issuerOf(jwt)).isEqualTo(ISSUER);
    assertThat(issuer.workload(jwt, "mesh.test"))
        .isEqualTo(new SpiffeId("mesh.test", "shop", "orders"));
  }

  @Test
  void theSubjectOfAnOlderTokenNamesTheWorkload() throws Exception {
    String jwt =
        signed(
            claims()
                .claim("kubernetes.io", null)
                .subject("system:serviceaccount:shop:billing")
                .build());

    assertThat(issuer.workload(jwt, "mesh.test").serviceAccount()).isEqualTo("billing");
  }

  @Test
  void eachWayToBeWrongHasItsReason() throws Exception {
    assertRefused(
        signed(claims().audience("https://kubernetes.default.svc").build()),
        Refusal.Reason.JWT_AUDIENCE);
    assertRefused(
        signed(claims().claim("kubernetes.io", null).subject("alice").build()),
        Refusal.Reason.JWT_NO_WORKLOAD);
    assertRefused(signed(claims().expirationTime(null).build()), Refusal.Reason.JWT_EXPIRED);
    String good = signed(claims().build());
    clock.pass(Duration.ofHours(2));
    assertRefused(good, Refusal.Reason.JWT_EXPIRED);
  }

  @Test
  void aTokenOfAnotherKeyIsRefused() throws Exception {
    ECKey other = new ECKeyGenerator(Curve.P_256).keyID("a").generate();

    assertRefused(
        signed(claims().build(), JWSAlgorithm.ES256, new ECDSASigner(other)),
        Refusal.Reason.JWT_INVALID);
  }

  @Test
  void anUnsignedTokenIsRefused() {
    String jwt = new PlainJWT(claims().build()).serialize();

    assertThatThrownBy(() -> TokenIssuer.issuerOf(jwt)).isInstanceOf(Refusal.class);
    assertRefused(jwt, Refusal.Reason.JWT_INVALID);
  }

  @Test
  void aTokenSignedWithThePublicKeyAsASecretIsRefused() throws Exception {
    byte[] published = key.toPublicJWK().toECPublicKey().getEncoded();

    assertRefused(
        signed(claims().build(), JWSAlgorithm.HS256, new MACSigner(published)),
        Refusal.Reason.JWT_INVALID);
  }

  private JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(List.of("weft"))
        .subject("system:serviceaccount:shop:orders")
        .expirationTime(Date.from(clock.instant().plus(Duration.ofHours(1))))
        .claim(
            "kubernetes.io",
            Map.of("namespace", "shop", "serviceaccount", Map.of("name", "orders", "uid", "1")));
  }

  private String signed(JWTClaimsSet claims) throws JOSEException {
    return signed(claims, JWSAlgorithm.ES256, new ECDSASigner(key));
  }

  private static String signed(JWTClaimsSet claims, JWSAlgorithm algorithm, JWSSigner signer)
      throws JOSEException {
    SignedJWT jwt = new SignedJWT(new JWSHeader.Builder(algorithm).keyID("a").build(), claims);
    jwt.sign(signer);
    return jwt.serialize();
  }

  private void assertRefused(String jwt, Refusal.Reason reason) {
    assertThatThrownBy(() -> issuer.workload(jwt, "mesh.test"))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(reason));
  }
}
