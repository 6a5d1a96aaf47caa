/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * The keys and certificates that a CA works with. Immutable. Its text names no key.
 *
 * @param key signs certificates
 * @param certificate the CA's own certificate
 * @param intermediates what stands between that and a root, in order, without either; empty for a
 *     root
 * @param roots the trust bundle: more than one while the CA is being replaced
 */
record Authority(
    PrivateKey key,
    X509Certificate certificate,
    List<X509Certificate> intermediates,
    List<X509Certificate> roots) {
  Authority {
    intermediates = List.copyOf(intermediates);
    roots = List.copyOf(roots);
  }

  /**
   * Checks that the parts belong together.
   *
   * @throws IOException if they do not, with what was expected
   */
  Authority checked() throws IOException {
    expect(!roots.isEmpty(), "no root certificate");
    expect(certificate.getBasicConstraints() >= 0, "the certificate is not a CA's");
    try {
      certificate.checkValidity();
      Signature signer = Signature.getInstance(signatureAlgorithm());
      byte[] probe = {1, 2, 3};
      signer.initSign(key);
      signer.update(probe);
      byte[] signature = signer.sign();
      signer.initVerify(certificate.getPublicKey());
      signer.update(probe);
      expect(signer.verify(signature), "the private key is not the certificate's");
      X509Certificate last = certificate;
      for (X509Certificate next : intermediates) {
        last.verify(next.getPublicKey());
        last = next;
      }
      expect(!ownRoots().isEmpty(), "the chain does not end at a root of the bundle");
    } catch (GeneralSecurityException e) {
      throw new IOException("the parts do not belong together: " + e.getMessage(), e);
    }
    return this;
  }

  /** Returns what signatures with the key are made by. */
  String signatureAlgorithm() {
    if (key instanceof ECKey ec) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      return bits <= 256 ? "SHA256withECDSA" : "SHA384withECDSA";
    }
    return "SHA256withRSA";
  }

  /** Returns what a server or a workload shows behind its own certificate; without the root. */
  List<X509Certificate> issuers() {
    List<X509Certificate> issuers = new ArrayList<>();
    if (!roots.contains(certificate)) {
      issuers.add(certificate);
      issuers.addAll(intermediates);
    }
    return issuers;
  }

  /**
   * Returns the SHA-256 of each root's public key in base64url, the one that this CA is under
   * first: what an agent checks the server by when it knows nothing else.
   */
  List<String> pins() {
    LinkedHashSet<String> pins = new LinkedHashSet<>();
    ownRoots().forEach(root -> pins.add(pin(root)));
    roots.forEach(root -> pins.add(pin(root)));
    return List.copyOf(pins);
  }

  /** Returns the roots that this CA is under, or is. */
  List<X509Certificate> ownRoots() {
    X509Certificate last =
        intermediates.isEmpty() ? certificate : intermediates.get(intermediates.size() - 1);
    return roots.stream().filter(root -> root.equals(last) || isSignedBy(last, root)).toList();
  }

  @Override
  public String toString() {
    return certificate.getSubjectX500Principal() + " until " + certificate.getNotAfter();
  }

  private static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Returns the SHA-256 of a certificate's public key in base64url without padding. */
  static String pin(X509Certificate certificate) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded());
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static void expect(boolean isSo, String problem) throws IOException {
    if (!isSo) {
      throw new IOException(problem);
    }
  }
}
