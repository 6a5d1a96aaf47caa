/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.weft.agent.engine.config.JwtFilter;
import java.time.Instant;
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

  private Tokens() {}

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
      JWSSigner signer = new DefaultJWSSignerFactory().createJWSSigner(key, algorithm);
      JWTClaimsSet.Builder claims =
          new JWTClaimsSet.Builder()
              .issuer(ISSUER)
              .subject("alice")
              .audience(List.of("orders", "stock"))
              .expirationTime(Date.from(NOW.plusSeconds(600)))
              .claim("scope", "read write")
              .claim("realm", Map.of("roles", List.of("admin")));
      change.accept(claims);
      SignedJWT jwt =
          new SignedJWT(
              new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims.build());
      jwt.sign(signer);
      return jwt.serialize();
    } catch (JOSEException e) {
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
