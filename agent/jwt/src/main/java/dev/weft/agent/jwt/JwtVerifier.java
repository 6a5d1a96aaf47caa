/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.SecretJWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.weft.agent.engine.authentication.TokenFailure;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.config.JwtFilter;
import java.security.Key;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the tokens of one issuer, and remembers those that were good as long as they and the
 * keys are. Thread-safe.
 */
final class JwtVerifier implements TokenVerifier {
  private static final int MAX_REMEMBERED = 1000;
  private static final int DOTS = 2;

  /**
   * What is taken, if the issuer has a key for it. A key for one family never verifies another: the
   * public half of an RSA key is no secret of an HMAC.
   */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512,
          JWSAlgorithm.HS256,
          JWSAlgorithm.HS384,
          JWSAlgorithm.HS512,
          JWSAlgorithm.EdDSA);

  private final JwtFilter.Provider provider;
  private final ClaimReader reader;
  private final KeySource source;
  private final InstantSource clock;
  private final DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();
  private final Cache<String, Remembered> remembered =
      Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).executor(Runnable::run).build();

  JwtVerifier(JwtFilter.Provider provider, KeySource source, InstantSource clock) {
    this.provider = provider;
    this.reader = new ClaimReader(provider);
    this.source = source;
    this.clock = clock;
  }

  @Override
  public Verdict verify(String token) {
    JWKSet keys = source.keys();
    Remembered known = remembered.getIfPresent(token);
    if (known != null && known.isOf(keys) && timeProblem(known.claims()) == null) {
      return known.verdict();
    }
    SignedJWT jwt;
    JWTClaimsSet claims;
    try {
      jwt = SignedJWT.parse(token);
      claims = jwt.getJWTClaimsSet();
    } catch (ParseException | RuntimeException e) {
      return new Verdict.Bad(formatProblem(token));
    }
    TokenFailure problem = problem(jwt, claims, keys);
    if (problem != null) {
      return new Verdict.Bad(problem);
    }
    Verdict.Good verdict = reader.read(jwt, claims);
    remembered.put(token, new Remembered(verdict, claims, keys));
    return verdict;
  }

  /** Says why a text is no signed token; one without a signature never is. */
  private static TokenFailure formatProblem(String token) {
    if (token.chars().filter(c -> c == '.').count() != DOTS) {
      return TokenFailure.BAD_FORMAT;
    }
    return token.endsWith(".") ? TokenFailure.BAD_ALGORITHM : TokenFailure.BAD_CONTENT;
  }

  private @Nullable TokenFailure problem(
      SignedJWT jwt, JWTClaimsSet claims, @Nullable JWKSet keys) {
    if (!ALGORITHMS.contains(jwt.getHeader().getAlgorithm())) {
      return TokenFailure.BAD_ALGORITHM;
    }
    if (!provider.issuer().isEmpty() && !provider.issuer().equals(claims.getIssuer())) {
      return TokenFailure.UNKNOWN_ISSUER;
    }
    TokenFailure ofTime = timeProblem(claims);
    if (ofTime != null) {
      return ofTime;
    }
    return keys == null ? TokenFailure.NO_KEYS : signatureProblem(jwt, keys);
  }

  private @Nullable TokenFailure timeProblem(JWTClaimsSet claims) {
    Instant now = clock.instant();
    Duration skew = Duration.ofSeconds(provider.clockSkewSeconds());
    Date begins = claims.getNotBeforeTime();
    if (begins != null && begins.toInstant().isAfter(now.plus(skew))) {
      return TokenFailure.NOT_YET_VALID;
    }
    Date expires = claims.getExpirationTime();
    return expires != null && expires.toInstant().plus(skew).isBefore(now)
        ? TokenFailure.EXPIRED
        : null;
  }

  private @Nullable TokenFailure signatureProblem(SignedJWT jwt, JWKSet keys) {
    JWSHeader header = jwt.getHeader();
    List<JWK> candidates = candidates(header, keys);
    if (candidates.isEmpty()) {
      source.missing();
      return TokenFailure.UNKNOWN_KEY;
    }
    for (JWK candidate : candidates) {
      if (isSignedBy(candidate, jwt)) {
        return null;
      }
    }
    return TokenFailure.BAD_SIGNATURE;
  }

  /** Keys of the header's family: with its name, or without any. */
  private static List<JWK> candidates(JWSHeader header, JWKSet keys) {
    List<JWK> candidates =
        new ArrayList<>(new JWKSelector(JWKMatcher.forJWSHeader(header)).select(keys));
    if (header.getKeyID() != null) {
      JWSHeader nameless = new JWSHeader(header.getAlgorithm());
      new JWKSelector(JWKMatcher.forJWSHeader(nameless))
          .select(keys).stream().filter(key -> key.getKeyID() == null).forEach(candidates::add);
    }
    return candidates;
  }

  private boolean isSignedBy(JWK candidate, SignedJWT jwt) {
    if (candidate instanceof OctetKeyPair edwards) {
      return EdwardsSignature.isGood(jwt, edwards);
    }
    try {
      Key key =
          candidate instanceof AsymmetricJWK pair
              ? pair.toPublicKey()
              : ((SecretJWK) candidate).toSecretKey();
      return jwt.verify(verifiers.createJWSVerifier(jwt.getHeader(), key));
    } catch (JOSEException e) {
      return false;
    }
  }

  /**
   * A token that was good.
   *
   * @param keys those that it was verified by
   */
  private record Remembered(Verdict.Good verdict, JWTClaimsSet claims, @Nullable JWKSet keys) {
    // The same object while they are the same.
    @SuppressWarnings("ReferenceEquality")
    boolean isOf(@Nullable JWKSet others) {
      return keys == others;
    }
  }
}
