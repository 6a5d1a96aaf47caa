/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sends the requests of each {@code simulations/x.yaml} through the compiler, the translation and
 * the engine, and compares what comes of them with {@code x.golden}.
 *
 * <p>To write them anew after a change that is meant, then read the difference in version control:
 *
 * <pre>mvn -pl simulation -am verify -Dweft.golden.update=true</pre>
 */
class SimulationGoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/simulations");

  static List<Named<Path>> inputs() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .map(file -> Named.of(file.getFileName().toString(), file))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void requestsGoWhereTheyDidBefore(Path input) throws IOException {
    Scene scene = Scene.read(Files.readString(input));

    String verdicts = scene.verdicts();

    Path golden = FOLDER.resolve(input.getFileName().toString().replace(".yaml", ".golden"));
    if (Boolean.getBoolean("weft.golden.update")) {
      Files.writeString(golden, verdicts);
    }
    assertThat(verdicts).isEqualTo(Files.readString(golden));
  }
}
