/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import dev.weft.agent.identity.der.Der;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;

/**
 * A request for a certificate by <a href="https://www.rfc-editor.org/rfc/rfc2986">PKCS #10</a>: the
 * public key and the wanted SPIFFE ID as its only subject alternative name, signed with the private
 * key as proof that the asker has it.
 */
public final class CertificateRequest {
  private static final byte[] ECDSA_WITH_SHA256 =
      Der.sequence(Der.objectIdentifier(1, 2, 840, 10045, 4, 3, 2));
  private static final byte[] EXTENSION_REQUEST = Der.objectIdentifier(1, 2, 840, 113549, 1, 9, 14);
  private static final byte[] SUBJECT_ALTERNATIVE_NAME = Der.objectIdentifier(2, 5, 29, 17);
  private static final int UNIFORM_RESOURCE_IDENTIFIER = 6;

  private CertificateRequest() {}

  /**
   * Returns a request in PEM.
   *
   * @param id the wanted identity
   * @param keys on the curve P-256
   * @throws GeneralSecurityException if the key cannot sign
   */
  public static String pem(SpiffeId id, KeyPair keys) throws GeneralSecurityException {
    byte[] uri = id.toString().getBytes(StandardCharsets.US_ASCII);
    byte[] names = Der.sequence(Der.implicit(UNIFORM_RESOURCE_IDENTIFIER, uri));
    // Critical, since the subject is empty.
    byte[] extension = Der.sequence(SUBJECT_ALTERNATIVE_NAME, Der.yes(), Der.octetString(names));
    byte[] attribute = Der.sequence(EXTENSION_REQUEST, Der.setOf(Der.sequence(extension)));
    byte[] info =
        Der.sequence(
            Der.integer(0),
            Der.sequence(),
            keys.getPublic().getEncoded(),
            Der.explicit(0, attribute));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(keys.getPrivate());
    signature.update(info);
    byte[] request = Der.sequence(info, ECDSA_WITH_SHA256, Der.bitString(signature.sign()));
    return Pem.encode("CERTIFICATE REQUEST", request);
  }
}
