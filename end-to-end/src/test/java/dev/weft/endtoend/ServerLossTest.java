/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.App;
import dev.weft.lab.Await;
import dev.weft.lab.Http;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to the mesh when its policy server is not there. */
class ServerLossTest {
  private static final Jdk JDK = Jdk.current();

  @TempDir Path folder;

  @Test
  void anAppRunsTheSameWithoutAnyServer() {
    try (App echo = Orders.version(JDK, folder, "v1");
        App alone = Orders.caller(JDK, folder).start();
        App lost =
            Orders.caller(JDK, folder)
                .name("lost-caller")
                .option("weft.server", "127.0.0.1:" + Http.freePort())
                .start()) {
      String url = echo.url() + "/version";

      assertThat(Orders.callsTo(url, alone, 20)).isEqualTo(Map.of("v1", 20));
      assertThat(Orders.callsTo(url, lost, 20)).isEqualTo(Map.of("v1", 20));
    }
  }

  @Test
  void theMeshCarriesOnWithoutItsServerAndARestartedAppStartsFromItsCache() {
    try (PolicyServer server = PolicyServer.start(JDK, folder);
        App v1 = Orders.version(JDK, folder, "v1");
        App v2 = Orders.version(JDK, folder, "v2");
        App caller = Orders.caller(JDK, folder).server(server).start()) {
      Orders.declare(server, v1, v2);
      server.apply(Orders.weights(0, 100));
      Orders.awaitOnly(caller, "v2");

      server.kill();
      assertThat(Orders.calls(caller, 100)).isEqualTo(Map.of("v2", 100));
      caller.restart();
      Orders.awaitOnly(caller, "v2");

      server.restart();
      Await.until(
          "the caller to follow the server again, which has nothing new for it",
          Duration.ofSeconds(30),
          () -> Http.get(server.url() + "/weft/v1/agents").body().contains("CONFIG_SOURCE_STREAM"),
          () -> caller.process().output());
      server.apply(Orders.weights(100, 0));
      Orders.awaitOnly(caller, "v1");
    }
  }

  @Test
  void aCacheThatCannotBeWrittenIsSaidAndTheMeshWorks() throws IOException {
    Path file = Files.writeString(folder.resolve("a-file"), "in the way");
    try (PolicyServer server = PolicyServer.start(JDK, folder);
        App v1 = Orders.version(JDK, folder, "v1");
        App v2 = Orders.version(JDK, folder, "v2");
        App caller =
            Orders.caller(JDK, folder)
                .option("weft.cache.dir", file.toString())
                .server(server)
                .start()) {
      Orders.declare(server, v1, v2);
      server.apply(Orders.weights(0, 100));
      Orders.awaitOnly(caller, "v2");

      caller
          .process()
          .await(
              "say that its cache cannot be written",
              Duration.ofSeconds(20),
              () ->
                  caller.process().output().contains("cannot be saved")
                      && caller.process().output().contains(file.toString()));
    }
  }

  @Test
  void aServerThatComesBackWithAnotherStoreTakesNothingAway() {
    try (PolicyServer server = PolicyServer.start(JDK, folder);
        App v1 = Orders.version(JDK, folder, "v1");
        App v2 = Orders.version(JDK, folder, "v2");
        App caller = Orders.caller(JDK, folder).server(server).start()) {
      Orders.declare(server, v1, v2);
      server.apply(Orders.weights(0, 100));
      Orders.awaitOnly(caller, "v2");

      try (PolicyServer empty = server.replacedBy(folder.resolve("other-data"))) {
        caller
            .process()
            .await(
                "notice the other store",
                Duration.ofSeconds(40),
                () -> caller.process().output().contains("until the store is adopted"));
        assertThat(Orders.calls(caller, 100)).isEqualTo(Map.of("v2", 100));
        assertThat(empty.process().isAlive()).isTrue();
      }
    }
  }
}
