/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.jwt;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/**
 * Verifies Ed25519 signatures by the JDK: the JOSE library wants another library for them. Not
 * instantiable.
 */
final class EdwardsSignature {
  private static final String ALGORITHM = "Ed25519";
  private static final int KEY_BYTES = 32;

  /** What stands before the 32 bytes of a key in its X.509 form, by RFC 8410. */
  private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private EdwardsSignature() {}

  /** Returns whether a token is signed by a key; not if it asks for more than is known here. */
  static boolean isGood(SignedJWT jwt, OctetKeyPair key) {
    if (!key.getCurve().equals(Curve.Ed25519)
        || jwt.getHeader().getCriticalParams() != null
        || !jwt.getHeader().isBase64URLEncodePayload()) {
      return false;
    }
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(publicKey(key));
      signature.update(jwt.getSigningInput());
      return signature.verify(jwt.getSignature().decode());
    } catch (GeneralSecurityException e) {
      return false; // no key, or no signature
    }
  }

  private static PublicKey publicKey(OctetKeyPair key) throws GeneralSecurityException {
    byte[] bytes = key.getDecodedX();
    if (bytes.length != KEY_BYTES) {
      throw new GeneralSecurityException(bytes.length + " bytes (expected: " + KEY_BYTES + ")");
    }
    byte[] encoded = new byte[X509_PREFIX.length + KEY_BYTES];
    System.arraycopy(X509_PREFIX, 0, encoded, 0, X509_PREFIX.length);
    System.arraycopy(bytes, 0, encoded, X509_PREFIX.length, KEY_BYTES);
    return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
  }
}
