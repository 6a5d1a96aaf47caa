/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out who a caller is that asks for a certificate. Thread-safe; may block. */
final class Callers {
  private static final String BEARER = "bearer ";

  private final CertificateAuthority authority;
  private final JoinTokens tokens;
  private final List<TokenIssuer> issuers;

  Callers(CertificateAuthority authority, JoinTokens tokens, List<TokenIssuer> issuers) {
    this.authority = authority;
    this.tokens = tokens;
    this.issuers = List.copyOf(issuers);
  }

  /**
   * Returns who the caller is. What it says counts before what its connection shows: an agent may
   * join anew with a token although it has a certificate.
   *
   * @param authorization the header; null if there was none
   * @param chain the client certificate and what came with it; empty if there was none
   * @param key the key that a certificate is wanted for, which a one-time token is then good for
   * @throws Refusal if it does not prove that it is anybody
   * @throws IOException if the use of a token cannot be noted
   */
  Caller of(@Nullable String authorization, List<X509Certificate> chain, PublicKey key)
      throws Refusal, IOException {
    if (authorization != null) {
      if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
        throw new Refusal(
            Refusal.Reason.NO_CREDENTIALS, "authorization: (expected: Bearer and a token)");
      }
      String token = authorization.substring(BEARER.length()).strip();
      return token.startsWith(JoinTokens.PREFIX) ? byToken(token, key) : byJwt(token);
    }
    if (!chain.isEmpty()) {
      return byCertificate(chain);
    }
    throw new Refusal(
        Refusal.Reason.NO_CREDENTIALS,
        "no credentials (expected: a join token, a JWT, or a client certificate)");
  }

  private Caller byToken(String text, PublicKey key) throws Refusal, IOException {
    JoinToken token = tokens.redeem(text, key);
    SpiffeId id = new SpiffeId(authority.trustDomain(), token.namespace(), token.serviceAccount());
    return new Caller(id, "join token " + token.id());
  }

  private Caller byJwt(String jwt) throws Refusal {
    String name = TokenIssuer.issuerOf(jwt);
    for (TokenIssuer issuer : issuers) {
      if (issuer.issuer().equals(name)) {
        return new Caller(issuer.workload(jwt, authority.trustDomain()), "JWT of " + name);
      }
    }
    throw new Refusal(
        Refusal.Reason.JWT_ISSUER,
        "the JWT is from " + name + ", whom this policy server does not know");
  }

  private Caller byCertificate(List<X509Certificate> chain) throws Refusal {
    X509Certificate certificate = chain.get(0);
    try {
      // Again, although the handshake checked it: the session may be a resumed one, and older
      // than the certificate's end or the bundle.
      verify(chain);
      SpiffeId id = SpiffeId.of(certificate);
      if (!id.trustDomain().equals(authority.trustDomain())) {
        throw new CertificateException("it is for " + id + ", of another trust domain");
      }
      return new Caller(id, "certificate " + certificate.getSerialNumber().toString(16));
    } catch (GeneralSecurityException e) {
      throw new Refusal(
          Refusal.Reason.CERTIFICATE_INVALID, "the client certificate: " + e.getMessage());
    }
  }

  private void verify(List<X509Certificate> chain) throws GeneralSecurityException {
    List<X509Certificate> roots = authority.roots();
    Set<TrustAnchor> anchors = new HashSet<>();
    roots.forEach(root -> anchors.add(new TrustAnchor(root, null)));
    PKIXParameters parameters = new PKIXParameters(anchors);
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(authority.clock().instant()));
    List<X509Certificate> path =
        chain.stream().filter(certificate -> !roots.contains(certificate)).toList();
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
  }

  /**
   * Who somebody is, and how that is known.
   *
   * @param by for logs
   */
  record Caller(SpiffeId id, String by) {}
}
