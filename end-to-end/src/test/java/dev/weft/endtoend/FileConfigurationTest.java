/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.App;
import dev.weft.lab.Await;
import dev.weft.lab.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without any server: policies are compiled into a file, and the agent follows it. */
class FileConfigurationTest {
  private static final Jdk JDK = Jdk.current();

  @TempDir Path folder;

  @Test
  void anAgentFollowsACompiledFileAndReadsItAgainWhenItChanges() throws IOException {
    try (App v1 = Orders.version(JDK, folder, "v1");
        App v2 = Orders.version(JDK, folder, "v2")) {
      Path policies = Files.createDirectory(folder.resolve("policies"));
      Files.writeString(
          policies.resolve("services.yaml"),
          String.join(
              "---\n",
              Orders.service(v1.port()),
              Orders.serviceEntry("v1", v1.port()),
              Orders.serviceEntry("v2", v2.port())));
      compile(100, 0);

      try (App caller =
          Orders.caller(JDK, folder).option("weft.xds.file", output().toString()).start()) {
        Orders.awaitOnly(caller, "v1");

        compile(50, 50);
        Orders.awaitOnlyVersions(caller);

        Files.writeString(policies.resolve("routes.yaml"), Orders.weights(-1, 100));
        Weft.Outcome refused = Weft.run(folder, "compile", policies.toString(), "-o", file());
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.output())
            .contains("routes.yaml:10: VirtualService orders: spec.http[0].route[0].weight: -1");

        compile(0, 100);
        Await.until(
            "the file to be read once more",
            Duration.ofSeconds(20),
            () -> Orders.calls(caller, 20).equals(Map.of("v2", 20)));
        assertThat(caller.process().output()).contains("from FILE");
      }
    }
  }

  private void compile(int v1, int v2) throws IOException {
    Path policies = folder.resolve("policies");
    Files.writeString(policies.resolve("routes.yaml"), Orders.weights(v1, v2));
    Weft.Outcome outcome = Weft.run(folder, "compile", policies.toString(), "-o", file());
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
  }

  private Path output() {
    return folder.resolve("mesh.xds");
  }

  private String file() {
    return output().toString();
  }
}
