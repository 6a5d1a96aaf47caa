/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

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
 * Compiles each {@code golden/x.yaml} and compares what comes out with {@code x.xds.golden} and
 * {@code x.status.golden}.
 *
 * <p>To write them anew after a change that is meant, then read the difference in version control:
 *
 * <pre>mvn -pl policy-server/compiler -am verify -Dweft.golden.update=true</pre>
 */
class GoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden");

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
  void compilesToWhatItDidBefore(Path input) throws IOException {
    World world = World.read(Files.readString(input));

    Compilation compilation = world.compile();

    String name = input.getFileName().toString().replace(".yaml", "");
    check(FOLDER.resolve(name + ".xds.golden"), GoldenText.xds(compilation, world));
    check(FOLDER.resolve(name + ".status.golden"), GoldenText.status(compilation.findings()));
  }

  private static void check(Path golden, String actual) throws IOException {
    if (Boolean.getBoolean("weft.golden.update")) {
      Files.writeString(golden, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(golden));
  }
}
