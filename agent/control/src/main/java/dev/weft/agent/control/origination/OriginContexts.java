/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.origination;

import dev.weft.agent.engine.config.UpstreamTls.Originated.CertificateFiles;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Origin;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Settings;
import dev.weft.agent.engine.config.UpstreamTls.Originated.Trust;
import dev.weft.agent.identity.CertificateKeyManager;
import dev.weft.agent.identity.TlsContexts;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Makes TLS contexts of files. Reads them as they are; not thread-safe. */
final class OriginContexts {
  // A server whose certificate ends is not believed for longer by resumption.
  private static final int SESSION_SECONDS = 600;

  /** What the JVM trusts by itself; read once, as it does. */
  private @Nullable X509TrustManager ofJvm;

  private long epochs;

  /**
   * Returns a new context, in an epoch that no other is of.
   *
   * @throws IOException if a file cannot be used; the message names it
   * @throws GeneralSecurityException if this JVM cannot use what is in the files
   */
  Origin make(Settings settings) throws IOException, GeneralSecurityException {
    SSLContext context = TlsContexts.provided();
    context.init(keys(settings.certificate()), new TrustManager[] {trust(settings.trust())}, null);
    context.getClientSessionContext().setSessionTimeout(SESSION_SECONDS);
    epochs++;
    return new Origin(epochs, context, "");
  }

  /** No key managers, not null: null would be what the application set for the whole JVM. */
  private static KeyManager[] keys(@Nullable CertificateFiles files) throws IOException {
    if (files == null) {
      return new KeyManager[0];
    }
    List<X509Certificate> chain = PemFiles.certificates(files.chain());
    PrivateKey key = PemFiles.privateKey(files.privateKey(), chain.get(0).getPublicKey());
    return new KeyManager[] {new CertificateKeyManager(chain, key)};
  }

  private PeerTrust trust(Trust trust) throws IOException, GeneralSecurityException {
    if (!trust.verifies()) {
      return new PeerTrust(null, List.of());
    }
    X509TrustManager chains =
        trust.authorities().isEmpty()
            ? ofJvm()
            : trusting(PemFiles.certificates(trust.authorities()));
    return new PeerTrust(chains, trust.names());
  }

  private X509TrustManager ofJvm() throws GeneralSecurityException {
    X509TrustManager known = ofJvm;
    if (known == null) {
      known = of(null); // goes by javax.net.ssl.trustStore, else by the JDK's own
      ofJvm = known;
    }
    return known;
  }

  /** Returns what accepts chains up to these. */
  static X509TrustManager trusting(List<X509Certificate> authorities)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca-" + i, authorities.get(i));
    }
    return of(store);
  }

  private static X509TrustManager of(@Nullable KeyStore store) throws GeneralSecurityException {
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
