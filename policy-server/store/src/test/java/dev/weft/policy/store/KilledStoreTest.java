/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class KilledStoreTest {
  private static final int WRITES_BEFORE_THE_KILL = 400;

  @TempDir Path directory;

  @RepeatedTest(3)
  void aKillLosesNoAcknowledgedWrite() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriter.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Map<String, Long> acknowledged = new HashMap<>();
    long revision = 0;
    try (BufferedReader lines = process.inputReader()) {
      int writes = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] parts = line.split(" ", -1);
        if (parts.length == 3) { // the kill may cut the last line
          acknowledged.merge(parts[0], Long.valueOf(parts[1]), Math::max);
          revision = Math.max(revision, Long.parseLong(parts[2]));
        }
        if (++writes == WRITES_BEFORE_THE_KILL) {
          process.toHandle().destroyForcibly(); // unlike the process, leaves the pipe open
        }
      }
    }
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();

    try (Store store = EmbeddedStore.open(directory)) {
      assertThat(acknowledged).hasSize(4);
      assertThat(store.revision()).isGreaterThanOrEqualTo(revision);
      for (StoredResource resource : store.list().items()) {
        assertThat(Long.parseLong(Resources.host(resource)))
            .as(resource.key().toString())
            .isGreaterThanOrEqualTo(acknowledged.get(resource.key().name()));
      }
    }
  }
}
