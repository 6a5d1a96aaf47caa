/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Checks the policy server by its CA: certificates in a file, or hashes of public keys. Its
 * certificate has to name it as the policy server, as no workload's does; host names are not looked
 * at. Immutable.
 */
final class ServerTrust extends X509ExtendedTrustManager {
  private static final Integer URI_NAME = 6;
  private static final String POLICY_SERVER = "/ns/weft-system/sa/policy-server";

  private static final int HTTP_PORT = 80;
  private static final int PROBE_MILLIS = 2_000;

  private final List<X509Certificate> bundle;
  private final Set<String> pins;

  private ServerTrust(List<X509Certificate> bundle, Set<String> pins) {
    this.bundle = List.copyOf(bundle);
    this.pins = Set.copyOf(pins);
  }

  /**
   * Returns a context that trusts what is named.
   *
   * @param trust a PEM file, or fingerprints with commas between
   */
  static SSLContext context(String trust) {
    try {
      Path file = Path.of(trust);
      ServerTrust manager =
          Files.isRegularFile(file)
              ? new ServerTrust(certificates(file), Set.of())
              : new ServerTrust(
                  List.of(), Arrays.stream(trust.split(",")).collect(Collectors.toSet()));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {manager}, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new CommandFailure("--trust: " + trust + ": " + e.getMessage());
    }
  }

  /**
   * Returns whether a server answers a handshake. It is sent nothing else, so nothing is checked.
   */
  static boolean speaksTls(URI server) {
    try (Socket plain = new Socket()) {
      int port = server.getPort() < 0 ? HTTP_PORT : server.getPort();
      plain.connect(new InetSocketAddress(server.getHost(), port), PROBE_MILLIS);
      plain.setSoTimeout(PROBE_MILLIS);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Unchecked()}, null);
      SSLSocketFactory sockets = context.getSocketFactory();
      try (SSLSocket socket =
          (SSLSocket) sockets.createSocket(plain, server.getHost(), port, true)) {
        socket.startHandshake();
        return true;
      }
    } catch (IOException | GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    try {
      pkix(anchors(chain)).checkServerTrusted(chain, authType);
      expectPolicyServer(chain[0]);
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException | IOException e) {
      throw new CertificateException("the policy server cannot be checked", e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("this is a client");
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
        "the server is under the CA "
            + pin(chain[chain.length - 1])
            + " (expected: "
            + String.join(",", pins)
            + ")");
  }

  private static void expectPolicyServer(X509Certificate certificate) throws CertificateException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    if (names != null) {
      for (List<?> name : names) {
        if (URI_NAME.equals(name.get(0)) && String.valueOf(name.get(1)).endsWith(POLICY_SERVER)) {
          return;
        }
      }
    }
    throw new CertificateException("the server is not a policy server, by its certificate");
  }

  private static String pin(X509Certificate certificate) throws GeneralSecurityException {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded()));
  }

  private static List<X509Certificate> certificates(Path file)
      throws GeneralSecurityException, IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    try (var in = Files.newInputStream(file)) {
      for (Certificate read : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        certificates.add((X509Certificate) read);
      }
    }
    if (certificates.isEmpty()) {
      throw new IOException("no certificate in it");
    }
    return certificates;
  }

  private static X509TrustManager pkix(List<X509Certificate> anchors)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < anchors.size(); i++) {
      store.setCertificateEntry("ca-" + i, anchors.get(i));
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

  /** Lets a handshake end whose connection is closed right after it. */
  private static final class Unchecked extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String authType, @Nullable Socket socket) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String authType, @Nullable Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String authType, @Nullable SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String authType, @Nullable SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
