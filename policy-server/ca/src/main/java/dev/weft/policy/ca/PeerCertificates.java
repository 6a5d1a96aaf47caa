/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.jspecify.annotations.Nullable;

/** What the other end of a connection showed of itself, as the handshake verified it. Stateless. */
public final class PeerCertificates {
  private PeerCertificates() {}

  /**
   * Returns the client certificate and what came with it; empty if there was none.
   *
   * @param session null for a connection in plain text
   */
  public static List<X509Certificate> of(@Nullable SSLSession session) {
    if (session == null) {
      return List.of();
    }
    try {
      return Arrays.stream(session.getPeerCertificates())
          .filter(X509Certificate.class::isInstance)
          .map(X509Certificate.class::cast)
          .toList();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  /**
   * Returns the identity that the peer showed, or null if it showed none.
   *
   * @param session null for a connection in plain text
   */
  public static @Nullable SpiffeId identity(@Nullable SSLSession session) {
    List<X509Certificate> chain = of(session);
    try {
      return chain.isEmpty() ? null : SpiffeId.of(chain.get(0));
    } catch (CertificateException e) {
      return null;
    }
  }

  /**
   * Returns whether the peer's certificate is valid now: a connection may be older than its end.
   *
   * @param session null for a connection in plain text
   */
  public static boolean isCurrent(@Nullable SSLSession session) {
    List<X509Certificate> chain = of(session);
    try {
      if (!chain.isEmpty()) {
        chain.get(0).checkValidity();
      }
      return !chain.isEmpty();
    } catch (CertificateException e) {
      return false;
    }
  }

  /** Returns what a certificate calls who has it, for logs: its SPIFFE ID, else its subject. */
  public static String name(X509Certificate certificate) {
    try {
      return SpiffeId.of(certificate).toString();
    } catch (CertificateException e) {
      return certificate.getSubjectX500Principal().getName();
    }
  }

  /**
   * Returns the common name of a peer that is no workload, or null if it showed none, or several.
   * Whoever is trusted by a {@link ServerTls} with CAs for users, and has one, is of those CAs.
   *
   * @param session null for a connection in plain text
   */
  public static @Nullable String commonName(@Nullable SSLSession session) {
    List<X509Certificate> chain = of(session);
    try {
      if (chain.isEmpty() || SpiffeId.isClaimedBy(chain.get(0))) {
        return null;
      }
    } catch (CertificateException e) {
      return null;
    }
    RDN[] names =
        X500Name.getInstance(chain.get(0).getSubjectX500Principal().getEncoded())
            .getRDNs(BCStyle.CN);
    return names.length == 1 && !names[0].isMultiValued()
        ? IETFUtils.valueToString(names[0].getFirst().getValue())
        : null;
  }
}
