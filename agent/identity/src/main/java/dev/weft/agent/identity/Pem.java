/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** Certificates and the like as text, by RFC 7468. Stateless. */
public final class Pem {
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private Pem() {}

  /** Returns one block with its label. */
  public static String encode(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + LINES.encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /**
   * Returns certificates as blocks, in their order.
   *
   * @throws IllegalArgumentException if one cannot be encoded
   */
  public static String encode(Collection<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        text.append(encode("CERTIFICATE", certificate.getEncoded()));
      } catch (CertificateEncodingException e) {
        throw new IllegalArgumentException("A certificate that has no encoding", e);
      }
    }
    return text.toString();
  }

  /**
   * Returns the certificates in a text, in their order.
   *
   * @throws CertificateException if one is malformed, or there is none
   */
  public static List<X509Certificate> certificates(String text) throws CertificateException {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    List<X509Certificate> certificates = new ArrayList<>();
    for (Certificate certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(bytes))) {
      if (!(certificate instanceof X509Certificate x509)) {
        throw new CertificateException("A certificate that is not X.509");
      }
      certificates.add(x509);
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("No certificate in the PEM text");
    }
    return List.copyOf(certificates);
  }
}
