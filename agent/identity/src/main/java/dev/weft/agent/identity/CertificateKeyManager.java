/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the one certificate there is, whatever CAs the peer names: a peer that does not trust ours
 * is to say so, rather than to see a caller without a certificate. Immutable.
 */
public final class CertificateKeyManager extends X509ExtendedKeyManager {
  private static final String ALIAS = "own";
  private final List<X509Certificate> chain;
  private final PrivateKey key;
  private final String algorithm;

  /**
   * Creates one.
   *
   * @param chain the certificate, then those of the CAs in between
   * @param key the certificate's
   */
  public CertificateKeyManager(List<X509Certificate> chain, PrivateKey key) {
    this.chain = List.copyOf(chain);
    this.key = key;
    this.algorithm = chain.get(0).getPublicKey().getAlgorithm();
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return choose(keyTypes);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return choose(keyTypes);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return choose(keyType);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return choose(keyType);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return ALIAS.equals(alias) ? chain.toArray(new X509Certificate[0]) : null;
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return ALIAS.equals(alias) ? key : null;
  }

  private String @Nullable [] aliases(String keyType) {
    return choose(keyType) == null ? null : new String[] {ALIAS};
  }

  private @Nullable String choose(String... keyTypes) {
    for (String keyType : keyTypes) {
      // TLS 1.2 names a key with its issuer's, as EC_RSA.
      if (keyType.equals(algorithm) || keyType.startsWith(algorithm + "_")) {
        return ALIAS;
      }
    }
    return null;
  }
}
