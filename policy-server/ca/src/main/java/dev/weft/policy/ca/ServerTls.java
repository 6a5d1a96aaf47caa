/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import dev.weft.protocol.names.PolicyServerIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The policy server's own TLS: a certificate of its own CA, made anew at half its life and when the
 * CA changes, shown with the root so that agents can check it by the root's hash alone; and trust
 * in client certificates of the bundle as it is at the time. Users may have CAs of their own: these
 * vouch for certificates without a URI only, so that none of them makes a workload. Thread-safe.
 */
public final class ServerTls {
  private static final String ALIAS = "policy-server";

  private final CertificateAuthority authority;
  private final List<String> hosts;
  private final KeyPair keys = Certificates.keyPair();
  private final X509ExtendedKeyManager keyManager = new Shown();
  private final X509ExtendedTrustManager trustManager = new Trusted();
  private final @Nullable ClientAuthorities users;
  private @Nullable Own own;
  private @Nullable Trust workloadTrust;
  private @Nullable Trust userTrust;

  /**
   * Makes the TLS of a server.
   *
   * @param hosts the DNS names and IP addresses that clients may call it by, for those that look at
   *     these
   * @param users the CAs of users' certificates; null for none
   */
  public ServerTls(
      CertificateAuthority authority, List<String> hosts, @Nullable ClientAuthorities users) {
    this.authority = authority;
    this.hosts = List.copyOf(hosts);
    this.users = users;
  }

  /** Returns what shows the server's certificate. */
  public X509ExtendedKeyManager keyManager() {
    return keyManager;
  }

  /** Returns what checks clients' certificates. */
  public X509ExtendedTrustManager trustManager() {
    return trustManager;
  }

  private synchronized List<X509Certificate> chain() {
    Authority now = authority.authority();
    Instant time = authority.clock().instant();
    if (own == null || !own.of.equals(now) || !time.isBefore(own.renewAt)) {
      own = make(now, time);
    }
    return own.chain;
  }

  private Own make(Authority now, Instant time) {
    SpiffeId id =
        new SpiffeId(
            authority.trustDomain(),
            PolicyServerIdentity.NAMESPACE,
            PolicyServerIdentity.SERVICE_ACCOUNT);
    try {
      List<X509Certificate> chain = new ArrayList<>();
      chain.add(Certificates.issue(now, keys.getPublic(), id, hosts, time, authority.lifetime()));
      chain.addAll(now.issuers());
      X509Certificate last = chain.get(chain.size() - 1);
      for (X509Certificate root : now.roots()) {
        if (root.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
          chain.add(root);
        }
      }
      return new Own(now, chain, time.plus(authority.lifetime().dividedBy(2)));
    } catch (IOException e) {
      throw new UncheckedIOException("the policy server cannot make its own certificate", e);
    }
  }

  /** Returns what vouches for a certificate of its kind. */
  private synchronized X509TrustManager trusted(X509Certificate certificate)
      throws CertificateException {
    if (users == null || SpiffeId.isClaimedBy(certificate)) {
      workloadTrust = Trust.in(authority.roots(), workloadTrust);
      return workloadTrust.manager;
    }
    userTrust = Trust.in(users.current(), userTrust);
    return userTrust.manager;
  }

  private static X509TrustManager pkix(List<X509Certificate> roots)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < roots.size(); i++) {
      store.setCertificateEntry("root-" + i, roots.get(i));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("no trust manager for X.509 in this JVM");
  }

  private record Own(Authority of, List<X509Certificate> chain, Instant renewAt) {}

  private record Trust(List<X509Certificate> roots, X509TrustManager manager) {
    static Trust in(List<X509Certificate> roots, @Nullable Trust before)
        throws CertificateException {
      if (before != null && before.roots.equals(roots)) {
        return before;
      }
      try {
        return new Trust(roots, pkix(roots));
      } catch (GeneralSecurityException | IOException e) {
        throw new CertificateException("the trust bundle cannot be used", e);
      }
    }
  }

  private final class Shown extends X509ExtendedKeyManager {
    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return keyType.startsWith("EC") ? new String[] {ALIAS} : null;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return keyType.startsWith("EC") ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return keyType.startsWith("EC") ? ALIAS : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return keys.getPrivate();
    }
  }

  private final class Trusted extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      trusted(chain[0]).checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("this is a server's trust");
    }

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String authType, @Nullable Socket socket)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String authType, @Nullable Socket socket)
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

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      List<X509Certificate> issuers = new ArrayList<>(authority.roots());
      if (users != null) {
        issuers.addAll(users.current());
      }
      return issuers.toArray(X509Certificate[]::new);
    }
  }
}
