/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.policy.compiler.MeshSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The container's health check, against real servers. */
@Timeout(120)
class HealthProbeTest {
  @TempDir Path directory;

  @Test
  void aServerThatTakesPlainTextIsReady() throws IOException {
    try (PolicyServer server = start(true)) {
      assertThatCode(() -> HealthProbe.check(server.port(), true)).doesNotThrowAnyException();
    }
  }

  @Test
  void aServerWithNothingButTlsIsReady() throws IOException {
    try (PolicyServer server = start(false)) {
      assertThatCode(() -> HealthProbe.check(server.port(), false)).doesNotThrowAnyException();
    }
  }

  @Test
  void aServerThatHasEndedIsNot() throws IOException {
    PolicyServer server = start(true);
    int port = server.port();
    server.close();

    assertThatThrownBy(() -> HealthProbe.check(port, true)).isInstanceOf(IOException.class);
  }

  private PolicyServer start(boolean plaintext) throws IOException {
    return PolicyServer.start(
        new ServerOptions(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            directory,
            null,
            MeshSettings.DEFAULT,
            new SecurityOptions(
                plaintext,
                "cluster.local",
                null,
                SecurityOptions.DEFAULT_LIFETIME,
                List.of(),
                SecurityOptions.ApiAccess.ADMINISTRATOR_ONLY,
                List.of()),
            Duration.ofSeconds(1)));
  }
}
