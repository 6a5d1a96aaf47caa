/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The CAs whose workload certificates are accepted. More than one while the CA is being replaced.
 *
 * @param authorities at least one certificate
 */
public record TrustBundle(List<X509Certificate> authorities) {
  /** Copies the collection and checks that there is one. */
  public TrustBundle {
    authorities = List.copyOf(authorities);
    if (authorities.isEmpty()) {
      throw new IllegalArgumentException("authorities: empty (expected: at least one certificate)");
    }
  }

  /**
   * Reads a bundle.
   *
   * @throws CertificateException if a certificate is malformed, or there is none
   */
  public static TrustBundle ofPem(String text) throws CertificateException {
    return new TrustBundle(Pem.certificates(text));
  }

  /** Returns the certificates as text. */
  public String pem() {
    return Pem.encode(authorities);
  }
}
