/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import dev.weft.agent.identity.der.Der;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A CA for tests: it signs what it is told to sign, wrong things included. Thread-safe. */
public final class TestAuthority {
  private static final DateTimeFormatter UTC_TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final AtomicLong SERIALS = new AtomicLong(1000);
  private static final byte[] ECDSA_WITH_SHA256 =
      Der.sequence(Der.objectIdentifier(1, 2, 840, 10045, 4, 3, 2));
  private static final byte[] SERVER = Der.objectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 1);
  private static final byte[] CLIENT = Der.objectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 2);
  private static final String P256_KEY = "3059301306072a8648ce3d0201";
  private final String trustDomain;
  private final String name;
  private final KeyPair keys;
  private final X509Certificate certificate;

  private TestAuthority(String trustDomain, String name) throws GeneralSecurityException {
    this.trustDomain = trustDomain;
    this.name = name;
    this.keys = keyPair();
    this.certificate =
        sign(
            name,
            keys.getPublic(),
            Instant.now().minus(Duration.ofHours(1)),
            Instant.now().plus(Duration.ofDays(10)),
            List.of(
                extension(19, true, Der.sequence(Der.yes())),
                extension(15, true, Der.flags(1, 6))));
  }

  /** Returns a new CA for a trust domain. */
  public static TestAuthority create(String trustDomain) {
    return create(trustDomain, "Test CA " + SERIALS.incrementAndGet());
  }

  /** Returns a new CA with a name of its own. */
  public static TestAuthority create(String trustDomain, String name) {
    try {
      return new TestAuthority(trustDomain, name);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the CA's own certificate, signed by itself. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** Returns the bundle that trusts this CA alone. */
  public TrustBundle bundle() {
    return new TrustBundle(List.of(certificate));
  }

  /** Returns an identity that is valid for an hour, with a key of its own. */
  public WorkloadIdentity issue(String namespace, String serviceAccount) {
    Instant now = Instant.now();
    return issue(
        namespace, serviceAccount, now.minus(Duration.ofMinutes(5)), now.plus(Duration.ofHours(1)));
  }

  /** Returns an identity that is valid for a while. */
  public WorkloadIdentity issue(
      String namespace, String serviceAccount, Instant notBefore, Instant notAfter) {
    SpiffeId id = new SpiffeId(trustDomain, namespace, serviceAccount);
    KeyPair pair = keyPair();
    X509Certificate leaf = certificate(pair.getPublic(), notBefore, notAfter, id.toString());
    return new WorkloadIdentity(id, List.of(leaf), pair.getPrivate(), bundle(), 1);
  }

  /**
   * Returns a certificate for a key.
   *
   * @param names URIs, IPv4 addresses and DNS names, as they look; none for no names
   */
  public X509Certificate certificate(
      PublicKey key, Instant notBefore, Instant notAfter, String... names) {
    try {
      List<byte[]> extensions = new ArrayList<>();
      extensions.add(extension(15, true, Der.flags(7, 0x80)));
      extensions.add(extension(37, false, Der.sequence(SERVER, CLIENT)));
      if (names.length > 0) {
        byte[][] encoded =
            Arrays.stream(names).map(TestAuthority::generalName).toArray(byte[][]::new);
        extensions.add(extension(17, true, Der.sequence(encoded)));
      }
      return sign("", key, notBefore, notAfter, extensions);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] generalName(String name) {
    if (name.matches("[0-9]+(\\.[0-9]+){3}")) {
      byte[] address = new byte[4];
      String[] parts = name.split("\\.", -1);
      for (int i = 0; i < address.length; i++) {
        address[i] = (byte) Integer.parseInt(parts[i]);
      }
      return Der.implicit(7, address);
    }
    int kind = name.contains("://") ? 6 : 2;
    return Der.implicit(kind, name.getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns a certificate for what a request asks for, as its CA sends it. */
  public List<String> answer(String request, SpiffeId id, Instant notAfter) {
    X509Certificate leaf =
        certificate(keyOf(request), Instant.now().minusSeconds(60), notAfter, id.toString());
    return List.of(Pem.encode(List.of(leaf)), bundle().pem());
  }

  /** Returns the key in a request: on P-256 it has a beginning and a length of its own. */
  public static PublicKey keyOf(String request) {
    String hex =
        HexFormat.of()
            .formatHex(Base64.getMimeDecoder().decode(request.replaceAll("-----[A-Z ]+-----", "")));
    int begin = hex.indexOf(P256_KEY);
    try {
      return KeyFactory.getInstance("EC")
          .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(hex, begin, begin + 182)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns a new key pair on P-256. */
  public static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private X509Certificate sign(
      String subject, PublicKey key, Instant notBefore, Instant notAfter, List<byte[]> extensions)
      throws GeneralSecurityException {
    byte[] toSign =
        Der.sequence(
            Der.explicit(0, Der.integer(2)),
            Der.integer(BigInteger.valueOf(SERIALS.incrementAndGet())),
            ECDSA_WITH_SHA256,
            distinguishedName(name),
            Der.sequence(time(notBefore), time(notAfter)),
            distinguishedName(subject),
            key.getEncoded(),
            Der.explicit(3, Der.sequence(extensions.toArray(byte[][]::new))));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(keys.getPrivate());
    signature.update(toSign);
    byte[] der = Der.sequence(toSign, ECDSA_WITH_SHA256, Der.bitString(signature.sign()));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  private static byte[] extension(int arc, boolean critical, byte[] content) {
    byte[] id = Der.objectIdentifier(2, 5, 29, arc);
    byte[] octets = Der.octetString(content);
    return critical ? Der.sequence(id, Der.yes(), octets) : Der.sequence(id, octets);
  }

  private static byte[] distinguishedName(String commonName) {
    if (commonName.isEmpty()) {
      return Der.sequence();
    }
    return Der.sequence(
        Der.setOf(Der.sequence(Der.objectIdentifier(2, 5, 4, 3), Der.utf8(commonName))));
  }

  private static byte[] time(Instant instant) {
    return Der.value(0x17, UTC_TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
  }
}
