/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.identity.der.Der;
import java.math.BigInteger;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** That CAs can read our requests is tested where there is one: with the policy server's. */
class CertificateRequestTest {
  @Test
  void lengthsAreInTheirShortestForm() {
    assertThat(hex(Der.octetString(new byte[127]))).startsWith("047f00");
    assertThat(hex(Der.octetString(new byte[128]))).startsWith("04818000");
    assertThat(hex(Der.octetString(new byte[256]))).startsWith("0482010000");
    assertThat(hex(Der.octetString(new byte[65536]))).startsWith("048301000000");
  }

  @Test
  void objectIdentifiersAndNumbersAreAsInX690() {
    assertThat(hex(Der.objectIdentifier(1, 2, 840, 113549, 1, 9, 14)))
        .isEqualTo("06092a864886f70d01090e");
    assertThat(hex(Der.integer(BigInteger.valueOf(128)))).isEqualTo("02020080");
    assertThat(hex(Der.integer(0))).isEqualTo("020100");
    assertThat(hex(Der.bitString(new byte[] {1}))).isEqualTo("03020001");
    assertThat(hex(Der.yes())).isEqualTo("0101ff");
  }

  @Test
  void aRequestHasNoPrivateKeyInIt() throws Exception {
    String request =
        CertificateRequest.pem(
            new SpiffeId("mesh.test", "shop", "orders"), TestAuthority.keyPair());

    assertThat(request)
        .startsWith("-----BEGIN CERTIFICATE REQUEST-----\n")
        .endsWith("-----END CERTIFICATE REQUEST-----\n")
        .doesNotContain("PRIVATE");
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
