/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import dev.weft.agent.identity.der.Der;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Private keys as text, by RFC 7468: PKCS#8, and PKCS#1 and SEC1 as OpenSSL writes them. */
public final class PrivateKeys {
  private static final byte[] PROBE = {'w', 'e', 'f', 't'};

  private PrivateKeys() {}

  /**
   * Returns the private key in a text.
   *
   * @param owner the public key that it is for
   * @throws GeneralSecurityException if there is none, if it cannot be read, or if it is another's
   */
  public static PrivateKey ofPem(String text, PublicKey owner) throws GeneralSecurityException {
    PrivateKey key =
        KeyFactory.getInstance(owner.getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(pkcs8(text, owner)));
    if (!isPair(key, owner)) {
      throw new GeneralSecurityException("the private key is not the certificate's");
    }
    return key;
  }

  private static byte[] pkcs8(String text, PublicKey owner) throws GeneralSecurityException {
    byte[] der = block(text, "PRIVATE KEY");
    if (der != null) {
      return der;
    }
    if (text.contains("ENCRYPTED")) {
      throw new GeneralSecurityException(
          "the private key is encrypted (expected: not; openssl pkey -in FILE -out FILE)");
    }
    der = block(text, "EC PRIVATE KEY");
    der = der == null ? block(text, "RSA PRIVATE KEY") : der;
    if (der == null) {
      throw new GeneralSecurityException(
          "no private key in PEM (expected: PKCS#8; openssl pkey -in FILE -out FILE)");
    }
    return Der.sequence(Der.integer(0), algorithm(owner), Der.octetString(der));
  }

  /** Returns the algorithm, with its curve: a public key begins with it, as PKCS#8 does. */
  private static byte[] algorithm(PublicKey owner) {
    byte[] info = owner.getEncoded();
    int from = header(info, 0);
    int length = length(info, from);
    return Arrays.copyOfRange(info, from, header(info, from) + length);
  }

  /** Returns where the content of a value begins. */
  private static int header(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = (length << 8) | (der[at + 2 + i] & 0xff);
    }
    return length;
  }

  private static byte @Nullable [] block(String text, String label) {
    String before = "-----BEGIN " + label + "-----";
    int begin = text.indexOf(before);
    int end = text.indexOf("-----END " + label + "-----", Math.max(begin, 0));
    // A header line, such as the one that says how it is encrypted, has a colon.
    if (begin < 0 || end < begin || text.substring(begin, end).contains(":")) {
      return null;
    }
    return Base64.getMimeDecoder().decode(text.substring(begin + before.length(), end));
  }

  private static boolean isPair(PrivateKey key, PublicKey owner) throws GeneralSecurityException {
    String algorithm =
        switch (owner.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          case "EdDSA" -> "EdDSA";
          default ->
              throw new GeneralSecurityException(
                  "a key of " + owner.getAlgorithm() + " (expected: EC, RSA or EdDSA)");
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(owner);
    signature.update(PROBE);
    return signature.verify(signed);
  }
}
