/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ca;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes certificates. Stateless. */
final class Certificates {
  /** How far a clock may be behind the CA's without a new certificate being too new for it. */
  static final Duration SKEW = Duration.ofMinutes(15);

  private static final Duration ROOT_LIFETIME = Duration.ofDays(3650);
  private static final SecureRandom RANDOM = new SecureRandom();

  private Certificates() {}

  /** Returns a new key pair on P-256. */
  static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no P-256", e);
    }
  }

  /** Returns a new root CA that trusts itself, for ten years. */
  static Authority newRoot(String trustDomain, Clock clock) throws IOException {
    KeyPair keys = keyPair();
    // A name of its own, so that a chain is built to the right one of two.
    X500Name name =
        new X500Name("O=" + trustDomain + ",CN=Weft CA " + HexFormat.of().formatHex(random(4)));
    Instant now = clock.instant();
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              serial(),
              Date.from(now.minus(SKEW)),
              Date.from(now.plus(ROOT_LIFETIME)),
              name,
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
      return new Authority(keys.getPrivate(), certificate, List.of(), List.of(certificate));
    } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("cannot make a CA: " + e.getMessage(), e);
    }
  }

  /**
   * Returns a certificate for a workload's key, for servers and clients.
   *
   * @param hosts DNS names and IP addresses beside the identity; for the policy server itself
   * @throws IOException if it cannot be signed
   */
  static X509Certificate issue(
      Authority authority,
      PublicKey key,
      SpiffeId id,
      List<String> hosts,
      Instant now,
      Duration lifetime)
      throws IOException {
    Instant notAfter = now.plus(lifetime);
    Instant end = authority.certificate().getNotAfter().toInstant();
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              X500Name.getInstance(authority.certificate().getSubjectX500Principal().getEncoded()),
              serial(),
              Date.from(now.minus(SKEW)),
              Date.from(notAfter.isBefore(end) ? notAfter : end),
              new X500Name(""),
              key);
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          extensions.createAuthorityKeyIdentifier(authority.certificate().getPublicKey()));
      // Critical, since the subject is empty.
      builder.addExtension(
          Extension.subjectAlternativeName,
          true,
          new GeneralNames(names(id, hosts).toArray(GeneralName[]::new)));
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder(authority.signatureAlgorithm())
                      .build(authority.key())));
    } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("cannot sign a certificate: " + e.getMessage(), e);
    }
  }

  private static List<GeneralName> names(SpiffeId id, List<String> hosts) {
    List<GeneralName> names = new ArrayList<>();
    names.add(new GeneralName(GeneralName.uniformResourceIdentifier, id.toString()));
    for (String host : hosts) {
      boolean isAddress = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
      names.add(new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, host));
    }
    return names;
  }

  private static BigInteger serial() {
    return new BigInteger(1, random(16));
  }

  static byte[] random(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
