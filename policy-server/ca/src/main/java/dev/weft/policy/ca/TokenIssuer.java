/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An issuer whose JWTs say who a workload is: a Kubernetes cluster, whose service account tokens
 * name namespace and service account, or another that puts the same claims in. Signatures by public
 * keys only; {@code none} and shared secrets are refused. Thread-safe; may block to fetch keys.
 */
public final class TokenIssuer {
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
          JWSAlgorithm.ES512);
  private static final Duration SKEW = Duration.ofMinutes(1);
  private static final int MOST_CHARACTERS = 16 << 10;

  private final String issuer;
  private final Set<String> audiences;
  private final Clock clock;
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  private TokenIssuer(
      String issuer, List<String> audiences, JWKSource<SecurityContext> keys, Clock clock) {
    this.issuer = issuer;
    this.audiences = Set.copyOf(audiences);
    this.clock = clock;
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
    // Checked here, with a message for each claim.
    processor.setJWTClaimsSetVerifier((claims, context) -> {});
  }

  /**
   * Returns an issuer.
   *
   * @param issuer what the claim {@code iss} says
   * @param audiences what the claim {@code aud} must have one of
   * @param keys a file with a JSON Web Key Set, or the URI of one
   * @throws IOException if the file cannot be read or is no key set, or the URI is malformed
   */
  public static TokenIssuer of(String issuer, List<String> audiences, String keys, Clock clock)
      throws IOException {
    try {
      JWKSource<SecurityContext> source =
          keys.startsWith("https://") || keys.startsWith("http://")
              ? JWKSourceBuilder.<SecurityContext>create(URI.create(keys).toURL())
                  .retrying(true)
                  .outageTolerant(Duration.ofHours(1).toMillis())
                  .build()
              : new ImmutableJWKSet<>(JWKSet.parse(Files.readString(Path.of(keys))));
      return new TokenIssuer(issuer, audiences, source, clock);
    } catch (ParseException | IllegalArgumentException | MalformedURLException e) {
      throw new IOException("the keys of " + issuer + ", " + keys + ": " + e.getMessage(), e);
    }
  }

  /** Returns what the claim {@code iss} of its tokens says. */
  String issuer() {
    return issuer;
  }

  /**
   * Returns the issuer that a JWT says it is from; unchecked.
   *
   * @throws Refusal if it is no signed JWT
   */
  static String issuerOf(String jwt) throws Refusal {
    if (jwt.length() > MOST_CHARACTERS) {
      throw new Refusal(Refusal.Reason.JWT_INVALID, "the JWT is too long");
    }
    try {
      if (JWTParser.parse(jwt) instanceof SignedJWT signed) {
        return signed.getJWTClaimsSet().getIssuer() + "";
      }
    } catch (ParseException e) {
      throw new Refusal(Refusal.Reason.JWT_INVALID, "the JWT cannot be read: " + e.getMessage());
    }
    throw new Refusal(Refusal.Reason.JWT_INVALID, "the JWT is not signed");
  }

  /**
   * Checks a JWT and returns whom it is for.
   *
   * @throws Refusal if it is not good
   */
  SpiffeId workload(String jwt, String trustDomain) throws Refusal {
    JWTClaimsSet claims = verified(jwt);
    Instant now = clock.instant();
    Date expires = claims.getExpirationTime();
    if (expires == null || now.isAfter(expires.toInstant().plus(SKEW))) {
      throw new Refusal(
          Refusal.Reason.JWT_EXPIRED,
          "the JWT " + (expires == null ? "has no end" : "expired at " + expires.toInstant()));
    }
    Date notBefore = claims.getNotBeforeTime();
    if (notBefore != null && now.isBefore(notBefore.toInstant().minus(SKEW))) {
      throw new Refusal(
          Refusal.Reason.JWT_INVALID, "the JWT is not valid before " + notBefore.toInstant());
    }
    Set<String> matching = new HashSet<>(claims.getAudience());
    matching.retainAll(audiences);
    if (matching.isEmpty()) {
      throw new Refusal(
          Refusal.Reason.JWT_AUDIENCE,
          "the JWT is for " + claims.getAudience() + " (expected: one of " + audiences + ")");
    }
    return workload(claims, trustDomain);
  }

  private JWTClaimsSet verified(String jwt) throws Refusal {
    try {
      return processor.process(SignedJWT.parse(jwt), null);
    } catch (KeySourceException e) {
      throw new Refusal(
          Refusal.Reason.JWT_INVALID,
          "the keys of " + issuer + " cannot be had: " + e.getMessage());
    } catch (ParseException | BadJOSEException | JOSEException e) {
      throw new Refusal(
          Refusal.Reason.JWT_INVALID, "the JWT is not signed by " + issuer + ": " + e.getMessage());
    }
  }

  private static SpiffeId workload(JWTClaimsSet claims, String trustDomain) throws Refusal {
    // A bound token has an object; older ones have flat claims, and all have the subject.
    if (claims.getClaim("kubernetes.io") instanceof Map<?, ?> kubernetes
        && kubernetes.get("serviceaccount") instanceof Map<?, ?> account) {
      return id(trustDomain, kubernetes.get("namespace"), account.get("name"));
    }
    String subject = claims.getSubject() + "";
    String[] parts = subject.split(":", -1);
    if (parts.length == 4 && subject.startsWith("system:serviceaccount:")) {
      return id(trustDomain, parts[2], parts[3]);
    }
    throw noWorkload("neither kubernetes.io nor the subject " + subject + " names one");
  }

  private static SpiffeId id(
      String trustDomain, @Nullable Object namespace, @Nullable Object account) throws Refusal {
    try {
      return new SpiffeId(trustDomain, String.valueOf(namespace), String.valueOf(account));
    } catch (IllegalArgumentException e) {
      throw noWorkload(e.getMessage() + "");
    }
  }

  private static Refusal noWorkload(String why) {
    return new Refusal(Refusal.Reason.JWT_NO_WORKLOAD, "the JWT is for no service account: " + why);
  }
}
