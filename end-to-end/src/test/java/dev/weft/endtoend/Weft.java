/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import dev.weft.lab.Artifacts;
import dev.weft.lab.JavaProcess;
import dev.weft.lab.Jdk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The command line, in a process of its own. */
final class Weft {
  private static final AtomicInteger RUNS = new AtomicInteger();

  private Weft() {}

  /** Runs a command to its end. */
  static Outcome run(Path folder, String... arguments) {
    List<String> all = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    all.addAll(List.of("-jar", Artifacts.ctl().toString()));
    all.addAll(List.of(arguments));
    Path log = folder.resolve("weft-" + RUNS.incrementAndGet() + ".log");
    try (JavaProcess weft = JavaProcess.start("weft", Jdk.current(), all, Map.of(), log)) {
      return new Outcome(weft.awaitExit(Duration.ofSeconds(60)), weft.output());
    }
  }

  /** What came of a command. */
  record Outcome(int exitCode, String output) {}
}
