/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * Who this process is for a while. Immutable. Its text names no key.
 *
 * @param id the identity
 * @param chain its certificate, then the intermediate ones in order; without the root
 * @param key the private key of the first certificate
 * @param bundle whose certificates are accepted
 * @param epoch grows with each change of any of them
 */
public record WorkloadIdentity(
    SpiffeId id, List<X509Certificate> chain, PrivateKey key, TrustBundle bundle, long epoch) {
  /** Copies the collection and checks that there is a certificate. */
  public WorkloadIdentity {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("chain: empty (expected: at least one certificate)");
    }
  }

  /**
   * Returns an identity of epoch 1, as its certificate says.
   *
   * @throws CertificateException if the certificate is for no SPIFFE ID
   */
  public static WorkloadIdentity of(PrivateKey key, List<X509Certificate> chain, TrustBundle bundle)
      throws CertificateException {
    return new WorkloadIdentity(SpiffeId.of(chain.get(0)), chain, key, bundle, 1);
  }

  /** Returns the first certificate, which is for this process. */
  public X509Certificate certificate() {
    return chain.get(0);
  }

  /** Returns until when the certificate is valid. */
  public Instant notAfter() {
    return certificate().getNotAfter().toInstant();
  }

  @Override
  public String toString() {
    return id + " until " + notAfter() + ", epoch " + epoch;
  }
}
