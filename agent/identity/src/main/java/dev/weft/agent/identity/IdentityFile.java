/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An identity that somebody else keeps in one file, such as SPIRE or cert-manager: the private key
 * (PKCS#8), the certificate with the intermediate ones, and the certificates of the trusted CAs,
 * which are those signed by themselves, all in PEM. Whoever replaces the file does so at once, by
 * renaming. {@link #current} may be called by any thread, {@link #refresh} by one at a time.
 */
public final class IdentityFile implements IdentitySource {
  private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String KEY_END = "-----END PRIVATE KEY-----";

  private final Path file;
  private @Nullable FileTime readAt;
  private volatile @Nullable WorkloadIdentity current;

  /** Names the file, which is not read yet. */
  public IdentityFile(Path file) {
    this.file = file;
  }

  @Override
  public @Nullable WorkloadIdentity current() {
    return current;
  }

  /**
   * Reads the file if it has changed. What it holds is in force from now on, in an epoch of its
   * own.
   *
   * @return whether it had changed
   * @throws IOException if it cannot be read or used: then the identity before stays
   */
  public boolean refresh() throws IOException {
    FileTime changedAt = Files.getLastModifiedTime(file);
    if (changedAt.equals(readAt)) {
      return false;
    }
    String text = Files.readString(file);
    readAt = changedAt;
    WorkloadIdentity known = current;
    try {
      current = parse(text, known == null ? 1 : known.epoch() + 1);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + " cannot be used: " + e.getMessage(), e);
    }
    return true;
  }

  private static WorkloadIdentity parse(String text, long epoch) throws GeneralSecurityException {
    List<X509Certificate> chain = new ArrayList<>();
    List<X509Certificate> authorities = new ArrayList<>();
    for (X509Certificate certificate : Pem.certificates(withoutKey(text))) {
      boolean isRoot =
          certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
      (isRoot ? authorities : chain).add(certificate);
    }
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("no certificate but those of CAs");
    }
    return new WorkloadIdentity(
        SpiffeId.of(chain.get(0)), chain, key(text), new TrustBundle(authorities), epoch);
  }

  private static PrivateKey key(String text) throws GeneralSecurityException {
    int begin = text.indexOf(KEY_BEGIN);
    int end = text.indexOf(KEY_END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException("no private key (expected: PKCS#8, in PEM)");
    }
    byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + KEY_BEGIN.length(), end));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  private static String withoutKey(String text) {
    int begin = text.indexOf(KEY_BEGIN);
    int end = text.indexOf(KEY_END);
    return begin < 0 || end < begin
        ? text
        : text.substring(0, begin) + text.substring(end + KEY_END.length());
  }
}
