/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Checks the policy server at the first contact, when this process has no identity yet: it must
 * show a chain that ends at a CA which is in the trust bundle, or whose public key has a known
 * hash, and be the policy server and no workload of that CA. Immutable.
 */
final class ServerTrust extends X509ExtendedTrustManager {
  private final IdentityOptions options;
  private final List<X509Certificate> bundle;
  private final Set<String> pins;

  private ServerTrust(IdentityOptions options, List<X509Certificate> bundle, Set<String> pins) {
    this.options = options;
    this.bundle = List.copyOf(bundle);
    this.pins = Set.copyOf(pins);
  }

  /**
   * Returns the context for a first contact.
   *
   * @throws IOException if there is nothing to check the server by, or the bundle cannot be read
   */
  static SSLContext context(IdentityOptions options, List<String> pins)
      throws IOException, GeneralSecurityException {
    List<X509Certificate> bundle =
        options.bundleFile() == null
            ? List.of()
            : Pem.certificates(Files.readString(options.bundleFile()));
    if (bundle.isEmpty() && pins.isEmpty()) {
      throw new IOException(
          "nothing to check the policy server by (expected: a join token, weft.trust.fingerprint or"
              + " weft.trust.bundle)");
    }
    SSLContext context = TlsContexts.provided();
    context.init(
        null, new TrustManager[] {new ServerTrust(options, bundle, Set.copyOf(pins))}, null);
    return context;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    try {
      SpiffeTrustManager.of(anchors(chain), options.id().trustDomain(), Set.of(options.serverId()))
          .checkServerTrusted(chain, authType);
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException("The policy server cannot be checked", e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("This is a client's trust");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return bundle.toArray(new X509Certificate[0]);
  }

  private List<X509Certificate> anchors(X509Certificate[] chain) throws GeneralSecurityException {
    if (!bundle.isEmpty()) {
      return bundle;
    }
    for (X509Certificate certificate : chain) {
      if (certificate.getBasicConstraints() >= 0 && pins.contains(pin(certificate))) {
        return List.of(certificate);
      }
    }
    throw new CertificateException(
        "The policy server is not under the expected CA: it shows "
            + pin(chain[chain.length - 1])
            + " (expected: "
            + pins
            + "). Nothing secret was sent to it");
  }

  private static String pin(X509Certificate certificate) throws GeneralSecurityException {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
  }
}
