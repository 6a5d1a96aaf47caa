/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Accepts a peer whose certificate chains up to the bundle and is for an expected SPIFFE ID. Host
 * names mean nothing: workload certificates have none. Immutable.
 */
final class SpiffeTrustManager extends X509ExtendedTrustManager {
  private final X509TrustManager chains;
  private final List<X509Certificate> authorities;
  private final String trustDomain;
  private final Set<String> expected;

  /**
   * Creates one for an identity's bundle.
   *
   * @param expected the accepted SPIFFE IDs; empty for any of the identity's trust domain
   */
  SpiffeTrustManager(WorkloadIdentity identity, Set<String> expected)
      throws GeneralSecurityException {
    this.authorities = identity.bundle().authorities();
    this.trustDomain = identity.id().trustDomain();
    this.expected = Set.copyOf(expected);
    this.chains = pkix(authorities);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    // The two arguments only: with an engine or a socket, its end point identification, which a
    // library may have set, would look for a host name.
    chains.checkClientTrusted(chain, authType);
    checkIdentity(chain[0]);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    chains.checkServerTrusted(chain, authType);
    checkIdentity(chain[0]);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  /** Returns the workload CAs alone: a browser that is asked for others' bothers its user. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.toArray(new X509Certificate[0]);
  }

  private void checkIdentity(X509Certificate certificate) throws CertificateException {
    SpiffeId id = SpiffeId.of(certificate);
    // The bundle is this trust domain's: its CAs have no say about another.
    if (!id.trustDomain().equals(trustDomain)) {
      throw new CertificateException(
          "The peer is " + id + " (expected: trust domain " + trustDomain + ")");
    }
    if (!expected.isEmpty() && !expected.contains(id.toString())) {
      throw new CertificateException("The peer is " + id + " (expected: one of " + expected + ")");
    }
  }

  private static X509TrustManager pkix(List<X509Certificate> authorities)
      throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException("An empty key store cannot be made", e);
    }
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca-" + i, authorities.get(i));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("No trust manager for X.509 in this JVM");
  }
}
