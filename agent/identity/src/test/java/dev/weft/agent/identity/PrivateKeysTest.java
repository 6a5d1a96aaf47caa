/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PrivateKeysTest {
  private static final KeyPair EC = TestAuthority.keyPair();

  static Stream<Arguments> forms() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair rsa = generator.generateKeyPair();
    KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    return Stream.of(
        argumentSet("EC in PKCS#8", "PRIVATE KEY", EC, EC.getPrivate().getEncoded()),
        argumentSet("EC in SEC1", "EC PRIVATE KEY", EC, inner(EC)),
        argumentSet("RSA in PKCS#8", "PRIVATE KEY", rsa, rsa.getPrivate().getEncoded()),
        argumentSet("RSA in PKCS#1", "RSA PRIVATE KEY", rsa, inner(rsa)),
        argumentSet("EdDSA in PKCS#8", "PRIVATE KEY", edwards, edwards.getPrivate().getEncoded()));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void keyIsReadInEachForm(String label, KeyPair pair, byte[] der) throws Exception {
    String text = "what it is for\n" + Pem.encode(label, der);

    assertThat(PrivateKeys.ofPem(text, pair.getPublic())).isEqualTo(pair.getPrivate());
  }

  @Test
  void keyOfAnotherCertificateIsRefused() {
    String text = Pem.encode("PRIVATE KEY", TestAuthority.keyPair().getPrivate().getEncoded());

    assertThatThrownBy(() -> PrivateKeys.ofPem(text, EC.getPublic()))
        .hasMessage("the private key is not the certificate's");
  }

  @Test
  void encryptedKeyIsRefusedWithWhatToDo() {
    String text = Pem.encode("ENCRYPTED PRIVATE KEY", new byte[10]);

    assertThatThrownBy(() -> PrivateKeys.ofPem(text, EC.getPublic()))
        .hasMessageContaining("encrypted")
        .hasMessageContaining("openssl pkey");
  }

  @Test
  void textWithoutAKeyIsRefusedWithWhatToDo() {
    assertThatThrownBy(() -> PrivateKeys.ofPem("-----BEGIN CERTIFICATE-----", EC.getPublic()))
        .hasMessageContaining("PKCS#8; openssl pkey");
  }

  /** Returns what PKCS#8 wraps: it stands behind the algorithm, as the public key has it. */
  private static byte[] inner(KeyPair pair) {
    byte[] wrapped = pair.getPrivate().getEncoded();
    byte[] known = pair.getPublic().getEncoded();
    int algorithm = known[1] < 0 ? 2 + (known[1] & 0x7f) : 2;
    int at = (wrapped[1] < 0 ? 2 + (wrapped[1] & 0x7f) : 2) + 3 + 2 + known[algorithm + 1];
    int header = wrapped[at + 1] < 0 ? 2 + (wrapped[at + 1] & 0x7f) : 2;
    return Arrays.copyOfRange(wrapped, at + header, wrapped.length);
  }
}
