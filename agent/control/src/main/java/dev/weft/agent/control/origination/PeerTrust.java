/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.origination;

import dev.weft.agent.engine.config.UpstreamTls.Originated.PeerName;
import dev.weft.agent.engine.endpoint.IpLiteral;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Accepts a server whose certificate chains up to a trusted CA and has one of the expected names;
 * or anybody. What the library takes for the host's name means nothing: it is a key of ours.
 * Immutable.
 */
final class PeerTrust extends X509ExtendedTrustManager {
  // What a subject alternative name is, as the JDK numbers it.
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;

  private final @Nullable X509TrustManager chains;
  private final List<PeerName> expected;

  /**
   * Creates one.
   *
   * @param chains says which chains are good; null for any, and any name
   * @param expected of which the certificate has to have one
   */
  PeerTrust(@Nullable X509TrustManager chains, List<PeerName> expected) {
    this.chains = chains;
    this.expected = List.copyOf(expected);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    if (chains == null) {
      return;
    }
    // The two arguments only: with an engine or a socket, its end point identification, which a
    // library may have set, would look for the name of our key.
    chains.checkServerTrusted(chain, authType);
    checkNames(chain[0]);
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
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("This is a client's trust");
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
    return chains == null ? new X509Certificate[0] : chains.getAcceptedIssuers();
  }

  private void checkNames(X509Certificate certificate) throws CertificateException {
    List<String> shown = new ArrayList<>();
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    for (List<?> name : names == null ? List.<List<?>>of() : names) {
      if (name.get(0) instanceof Integer kind && name.get(1) instanceof String text) {
        if (isExpected(kind, text)) {
          return;
        }
        shown.add(text);
      }
    }
    throw new CertificateException(
        "The server's certificate is for "
            + shown
            + " (expected: one of "
            + expected.stream().map(PeerName::text).toList()
            + ")");
  }

  private boolean isExpected(int kind, String text) {
    for (PeerName name : expected) {
      boolean isMatch =
          switch (name.kind()) {
            case DNS -> kind == DNS && covers(text.toLowerCase(Locale.ROOT), name.text());
            case URI -> kind == URI && text.equals(name.text());
            case IP -> kind == IP && isSameAddress(text, name.text());
          };
      if (isMatch) {
        return true;
      }
    }
    return false;
  }

  /** A wildcard stands for one label, the first, and for all of it (RFC 9525). */
  private static boolean covers(String pattern, String name) {
    if (pattern.equals(name)) {
      return true;
    }
    int dot = name.indexOf('.');
    return dot > 0
        && pattern.startsWith("*.")
        && pattern.indexOf('.', 2) > 0
        && pattern.substring(1).equals(name.substring(dot));
  }

  private static boolean isSameAddress(String text, String expected) {
    byte[] address = IpLiteral.parse(text);
    return address != null && Arrays.equals(address, IpLiteral.parse(expected));
  }
}
