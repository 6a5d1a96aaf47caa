/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.TlsContexts;
import dev.weft.agent.identity.WorkloadIdentity;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What an application uses for TLS of its own, which the mesh knows nothing of.
 *
 * @param server accepts connections, with a certificate that no host name is in
 * @param client makes connections to that server, and no others
 * @param trust what the client trusts, whatever the server's host name is
 */
public record ApplicationTls(SSLContext server, SSLContext client, X509ExtendedTrustManager trust) {
  /** Makes one. */
  static ApplicationTls create() {
    WorkloadIdentity own = TestAuthority.create("application.test").issue("own", "server");
    X509ExtendedTrustManager trust = new OneCertificate(own.chain().get(0));
    try {
      SSLContext client = SSLContext.getInstance("TLS");
      client.init(null, new TrustManager[] {trust}, null);
      SSLContext server = Objects.requireNonNull(TlsContexts.of(own).server());
      return new ApplicationTls(server, client, trust);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class OneCertificate extends X509ExtendedTrustManager {
    private final X509Certificate trusted;

    OneCertificate(X509Certificate trusted) {
      this.trusted = trusted;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      if (!chain[0].equals(trusted)) {
        throw new CertificateException(
            "The application does not know " + chain[0].getSubjectX500Principal());
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("It is for clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[] {trusted};
    }
  }
}
