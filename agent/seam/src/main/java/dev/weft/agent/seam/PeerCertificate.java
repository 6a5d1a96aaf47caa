/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/** Reads what a connection's TLS says: who is at the other end, and whom that end asked for. */
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

  /**
   * Returns the server name that the caller's TLS asked for (SNI), in lower case as Envoy has it;
   * null if it asked for none, or if the implementation of TLS does not tell. For any server's
   * session, also one of the application's own TLS.
   */
  public static @Nullable String serverName(SSLSession session) {
    if (session instanceof ExtendedSSLSession extended) {
      for (SNIServerName name : extended.getRequestedServerNames()) {
        if (name.getType() == StandardConstants.SNI_HOST_NAME) {
          return new String(name.getEncoded(), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
        }
      }
    }
    return null;
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
