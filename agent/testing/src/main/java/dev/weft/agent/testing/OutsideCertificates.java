/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import dev.weft.agent.identity.CertificateKeyManager;
import dev.weft.agent.identity.Pem;
import dev.weft.agent.identity.TestAuthority;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A private CA that has nothing to do with the mesh, and what it issues: as contexts and files. */
public final class OutsideCertificates {
  private final TestAuthority authority = TestAuthority.create("outside.test");

  /**
   * Returns the TLS of a server, which trusts callers of the same CA.
   *
   * @param names DNS names
   */
  public SSLContext server(String... names) {
    return server(Instant.now().plus(Duration.ofHours(1)), names);
  }

  /** Returns the TLS of a server whose certificate has ended. */
  public SSLContext ended(String... names) {
    return server(Instant.now().minus(Duration.ofMinutes(5)), names);
  }

  private SSLContext server(Instant notAfter, String... names) {
    KeyPair pair = TestAuthority.keyPair();
    X509Certificate certificate = certificate(pair, notAfter, names);
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setCertificateEntry("ca", authority.certificate());
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {new CertificateKeyManager(List.of(certificate), pair.getPrivate())},
          trust.getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes the CA's certificate. */
  public Path writeAuthority(Path file) throws IOException {
    return replace(file, Pem.encode(List.of(authority.certificate())));
  }

  /**
   * Writes a new certificate and its key.
   *
   * @return the certificate's number
   */
  public BigInteger write(Path chain, Path key, String... names) throws IOException {
    KeyPair pair = TestAuthority.keyPair();
    X509Certificate certificate = certificate(pair, Instant.now().plus(Duration.ofHours(1)), names);
    replace(key, Pem.encode("PRIVATE KEY", pair.getPrivate().getEncoded()));
    replace(chain, Pem.encode(List.of(certificate)));
    return certificate.getSerialNumber();
  }

  private X509Certificate certificate(KeyPair pair, Instant notAfter, String... names) {
    Instant notBefore = Instant.now().minus(Duration.ofHours(1));
    return authority.certificate(pair.getPublic(), notBefore, notAfter, names);
  }

  private static Path replace(Path file, String text) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    Files.writeString(unfinished, text);
    return Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
