/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/**
 * A workload's identity by <a
 * href="https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md">SPIFFE</a>, in Istio's
 * form: {@code spiffe://<trust domain>/ns/<namespace>/sa/<service account>}.
 *
 * @param trustDomain lower-case letters, digits, {@code -}, {@code _} and dots
 * @param namespace letters, digits, {@code -}, {@code _} and dots
 * @param serviceAccount letters, digits, {@code -}, {@code _} and dots
 */
public record SpiffeId(String trustDomain, String namespace, String serviceAccount) {
  private static final String SCHEME = "spiffe://";
  private static final Integer URI_NAME = 6;
  private static final int LONGEST = 2048;

  /**
   * Checks the parts.
   *
   * @throws IllegalArgumentException if one has a character that SPIFFE does not allow there
   */
  public SpiffeId {
    check("trust domain", trustDomain, false);
    check("namespace", namespace, true);
    check("service account", serviceAccount, true);
  }

  /**
   * Reads an identity.
   *
   * @throws IllegalArgumentException if the text is not of this form
   */
  public static SpiffeId parse(String text) {
    if (text.length() <= LONGEST && text.startsWith(SCHEME)) {
      String[] parts = text.substring(SCHEME.length()).split("/", -1);
      if (parts.length == 5 && parts[1].equals("ns") && parts[3].equals("sa")) {
        return new SpiffeId(parts[0], parts[2], parts[4]);
      }
    }
    throw new IllegalArgumentException(
        text + " (expected: spiffe://<trust domain>/ns/<namespace>/sa/<service account>)");
  }

  /**
   * Returns the identity that a certificate is for. Says nothing of whether the certificate is
   * trusted.
   *
   * @throws CertificateException if it is for none, or for more than one
   */
  public static SpiffeId of(X509Certificate certificate) throws CertificateException {
    String found = null;
    for (List<?> name : alternativeNames(certificate)) {
      if (URI_NAME.equals(name.get(0))) {
        if (found != null) {
          // SPIFFE allows exactly one; of two, which is meant would depend on who looks.
          throw new CertificateException("The certificate is for more than one URI");
        }
        found = String.valueOf(name.get(1));
      }
    }
    if (found == null) {
      throw new CertificateException("The certificate is for no SPIFFE ID");
    }
    try {
      return parse(found);
    } catch (IllegalArgumentException e) {
      throw new CertificateException("The certificate is for " + e.getMessage(), e);
    }
  }

  /**
   * Returns whether a certificate names a URI: whether it claims to be a workload's, rightly or
   * not.
   */
  static boolean isClaimedBy(X509Certificate certificate) throws CertificateException {
    return alternativeNames(certificate).stream().anyMatch(name -> URI_NAME.equals(name.get(0)));
  }

  @Override
  public String toString() {
    return SCHEME + trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount;
  }

  private static Collection<List<?>> alternativeNames(X509Certificate certificate)
      throws CertificateParsingException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    return names == null ? List.of() : names;
  }

  private static void check(String what, String value, boolean upperCase) {
    boolean good = !value.isEmpty() && !value.equals(".") && !value.equals("..");
    for (int i = 0; good && i < value.length(); i++) {
      char c = value.charAt(i);
      good =
          (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_'
              || c == '.'
              || (upperCase && c >= 'A' && c <= 'Z');
    }
    if (!good) {
      throw new IllegalArgumentException(
          "a " + what + " of '" + value + "' (expected: letters, digits, '-', '_' and '.')");
    }
  }
}
