/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.identity.OpensslClient;
import dev.weft.agent.identity.Pem;
import dev.weft.agent.identity.TestAuthority;
import dev.weft.agent.identity.WorkloadIdentity;
import dev.weft.lab.App;
import dev.weft.lab.Jdk;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS 1.2, which is refused unless an option allows it. */
class OlderTlsTest {
  private static final TestAuthority CA = TestAuthority.create("mesh.test");

  @TempDir Path folder;

  @Test
  void olderTlsIsTakenWhereAnOptionAllowsIt() throws Exception {
    Assumptions.assumeTrue(OpensslClient.isHere());
    WorkloadIdentity self = CA.issue("shop", "orders");
    WorkloadIdentity front = CA.issue("shop", "front");
    Path identity =
        Files.writeString(
            folder.resolve("identity.pem"),
            Pem.encode("PRIVATE KEY", self.key().getEncoded())
                + Pem.encode(self.chain())
                + self.bundle().pem());

    try (App orders =
        App.of("plain-echo")
            .jdk(Jdk.current())
            .folder(folder)
            .agent("orders")
            .option("weft.identity.pem", identity.toString())
            .option("weft.tls.protocols", "TLSv1.3,TLSv1.2")
            .start()) {
      assertThat(openssl(orders, front, "-tls1_2")).contains("HTTP/1.1 200");
      assertThat(openssl(orders, front, "-tls1_3")).contains("HTTP/1.1 200");
      assertThat(openssl(orders, null, "-tls1_2")).doesNotContain("HTTP/1.1");
    }
  }

  private String openssl(App app, @Nullable WorkloadIdentity caller, String version)
      throws Exception {
    String request = "GET /version HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    return OpensslClient.exchange(app.port(), caller, request, "HTTP/1.1 200", folder, version);
  }
}
