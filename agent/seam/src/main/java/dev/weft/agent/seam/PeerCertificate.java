/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Reads who is at the other end of a connection that was made with the mesh's contexts. */
public final class PeerCertificate {
  private static final Integer URI_NAME = 6;

  private PeerCertificate() {}

  /**
   * Returns the peer's SPIFFE ID, which the handshake has verified; null if the peer showed no
   * certificate. Parses the certificate: once for a connection, not for each request.
   */
  public static @Nullable String spiffeId(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? uri(certificate.getSubjectAlternativeNames())
          : null;
    } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
      return null;
    }
  }

  private static @Nullable String uri(@Nullable Collection<List<?>> names) {
    if (names == null) {
      return null;
    }
    for (List<?> name : names) {
      if (URI_NAME.equals(name.get(0))) {
        return String.valueOf(name.get(1));
      }
    }
    return null;
  }
}
