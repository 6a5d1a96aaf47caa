/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.weft.agent.engine.config.JwtFilter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Keys and tokens of an issuer. */
final class Tokens {
  static final String ISSUER = "https://issuer.example";
  static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  static final JWK RSA = make(() -> new RSAKeyGenerator(2048).keyID("rsa").generate());
  static final JWK EC = make(() -> new ECKeyGenerator(Curve.P_256).keyID("ec").generate());
  static final JWK SECRET = make(() -> new OctetSequenceKeyGenerator(256).keyID("oct").generate());
  static final JWK OTHER_RSA = make(() -> new RSAKeyGenerator(2048).keyID("rsa").generate());

  private static final KeyPair EDWARDS_PAIR = edwardsPair();
  static final JWK EDWARDS = edwards();

  private Tokens() {}

  private static KeyPair edwardsPair() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JWK edwards() {
    byte[] encoded = EDWARDS_PAIR.getPublic().getEncoded();
    byte[] key = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(key)).keyID("ed").build();
  }

  /** Makes a key. */
  private interface Maker {
    JWK make() throws JOSEException;
  }

  private static JWK make(Maker maker) {
    try {
      return maker.make();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a key set; of pairs only the public half. */
  static String json(JWK... keys) {
    StringBuilder json = new StringBuilder("{\"keys\":[");
    for (int i = 0; i < keys.length; i++) {
      JWK published = keys[i].equals(SECRET) ? keys[i] : keys[i].toPublicJWK();
      json.append(i == 0 ? "" : ",").append(published.toJSONString());
    }
    return json.append("]}").toString();
  }

  static String signed(JWSAlgorithm algorithm, JWK key) {
    return signed(algorithm, key, claims -> {});
  }

  static String signed(JWSAlgorithm algorithm, JWK key, Consumer<JWTClaimsSet.Builder> change) {
    try {
      JWTClaimsSet.Builder claims =
          new JWTClaimsSet.Builder()
              .issuer(ISSUER)
              .subject("alice")
              .audience(List.of("orders", "stock"))
              .expirationTime(Date.from(NOW.plusSeconds(600)))
              .claim("scope", "read write")
              .claim("realm", Map.of("roles", List.of("admin")));
      change.accept(claims);
      JWSHeader header = new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build();
      if (key.equals(EDWARDS)) {
        return signedByEdwards(header, claims.build());
      }
      SignedJWT jwt = new SignedJWT(header, claims.build());
      jwt.sign(new DefaultJWSSignerFactory().createJWSSigner(key, algorithm));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** By the JDK: the library that makes the other tokens wants another library for these. */
  private static String signedByEdwards(JWSHeader header, JWTClaimsSet claims) {
    try {
      String input = header.toBase64URL() + "." + claims.toPayload().toBase64URL();
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(EDWARDS_PAIR.getPrivate());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + Base64URL.encode(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static JwtFilter.Provider provider(JwtFilter.Keys keys) {
    return new JwtFilter.Provider(
        ISSUER,
        List.of(),
        keys,
        List.of(),
        List.of(),
        List.of(),
        false,
        new JwtFilter.Output(
            "x-payload",
            List.of(
                Map.entry("x-subject", "sub"),
                Map.entry("x-roles", "realm.roles"),
                Map.entry("x-nothing", "nothing"))),
        List.of("scope"),
        60);
  }
}
