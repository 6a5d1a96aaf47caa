/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.App;
import dev.weft.lab.Await;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** From an edit to changed requests, over connections that are kept alive. */
class CanaryTest {
  @TempDir Path folder;

  static List<Jdk> jdks() {
    return Jdk.forTests();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void anEditTurnsAllToOneIntoNinetyToTenOnKeptConnections(Jdk jdk) {
    try (PolicyServer server = PolicyServer.start(jdk, folder);
        App v1 = Orders.version(jdk, folder, "v1");
        App v2 = Orders.version(jdk, folder, "v2");
        App caller = Orders.caller(jdk, folder).server(server).start()) {
      Orders.declare(server, v1, v2);
      server.apply(Orders.weights(100, 0));
      Orders.awaitOnly(caller, "v1");
      assertThat(Orders.calls(caller, 200)).isEqualTo(Map.of("v1", 200));

      server.apply(Orders.weights(90, 10));

      Await.until(
          "the edit to reach the caller",
          Duration.ofSeconds(10),
          () -> Orders.calls(caller, 50).containsKey("v2"));
      Map<String, Integer> counts = Orders.calls(caller, 1000);
      assertThat(counts.keySet()).containsExactly("v1", "v2");
      // 1,000 draws at 10 %: 60 to 140 is more than four standard deviations on either side.
      assertThat(counts.get("v2")).isBetween(60, 140);
      assertThat(counts.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(1000);
    }
  }
}
