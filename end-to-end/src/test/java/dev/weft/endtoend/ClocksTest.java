/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.lab.App;
import dev.weft.lab.Await;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines whose clocks do not agree. */
class ClocksTest {
  private static final Path LIBRARIES = Path.of("/usr/lib");
  private static final Duration SOON = Duration.ofSeconds(90);
  @TempDir Path folder;

  @Test
  void mutualTlsBearsClocksThatAreTenMinutesOffEitherWay() throws IOException {
    String library = faketime();
    try (PolicyServer server = PolicyServer.start(Jdk.current(), folder)) {
      server.apply(
          """
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata:
            name: orders
          spec:
            selector: {matchLabels: {app: orders}}
            mtls: {mode: STRICT}
          """);
      App.Builder caller =
          off("-10m", library, App.of("plain-caller").agent("caller"), server)
              .identity(server, "caller");
      CompletableFuture<App> started = CompletableFuture.supplyAsync(caller::start);
      try (App ahead =
              off("+10m", library, App.of("plain-echo").agent("orders", 80), server)
                  .identity(server, "orders")
                  .healthByConnecting()
                  .start();
          App behind = started.join()) {
        assertThat(ahead.process().isAlive()).isTrue();
        Await.until(
            "the two to understand each other",
            SOON,
            () -> calls(behind).equals(Map.of("v1", 10)),
            () -> "; calls: " + calls(behind) + behind.process().output());
      } finally {
        started.join().close();
      }
    }
  }

  private App.Builder off(String by, String library, App.Builder app, PolicyServer server) {
    return app.folder(folder)
        .server(server)
        .env("LD_PRELOAD", library)
        .env("FAKETIME", by)
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        // A JVM whose clock is shifted is five times as slow.
        .option("weft.telemetry", "none");
  }

  private static Map<String, Integer> calls(App from) {
    return Orders.callsTo("http://orders/version", from, 10);
  }

  /** Returns libfaketime, which shifts the clock of one process. */
  private static String faketime() throws IOException {
    try (Stream<Path> files =
        Files.find(LIBRARIES, 4, (path, about) -> path.endsWith("faketime/libfaketime.so.1"))) {
      String found = files.map(Path::toString).findFirst().orElse("");
      boolean isRequired = System.getProperty("weft.tools", "auto").equals("required");
      if (found.isEmpty() && isRequired) {
        throw new IllegalStateException("no libfaketime below " + LIBRARIES);
      }
      if (found.isEmpty()) {
        System.err.println("SKIPPED: libfaketime is not here (required by -Dweft.tools=required)");
      }
      assumeTrue(!found.isEmpty(), "libfaketime is here");
      return found;
    }
  }
}
