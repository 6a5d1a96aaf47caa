/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.Artifacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script at the root, as far as it gets without building anything. */
class WeftScriptTest {
  private static final Path SCRIPT = Artifacts.root().resolve("weft");

  @TempDir Path folder;

  @Test
  void withoutAWordItListsTheCommandsWithinAHundredColumns() throws Exception {
    Ran ran = run(SCRIPT);

    assertThat(ran.status).isZero();
    assertThat(ran.output).contains("demo", "apply", "agents", "explain", "compile");
    assertThat(ran.output.lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void anUnknownCommandIsAnsweredWithThoseThatThereAre() throws Exception {
    Ran ran = run(SCRIPT, "dmeo");

    assertThat(ran.status).isEqualTo(2);
    assertThat(ran.output).contains("no command dmeo", "demo, apply, get");
  }

  @Test
  void itFindsItsFilesThroughASymbolicLinkFromAnyDirectory() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("w"), SCRIPT);

    Ran ran = run(Files.createSymbolicLink(folder.resolve("v"), link.getFileName()));

    assertThat(ran.status).isZero();
    assertThat(ran.output).contains("Usage: ./weft COMMAND");
  }

  private Ran run(Path script, String... words) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
                Stream.concat(Stream.of("bash", script.toString()), Stream.of(words)).toList())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    int status = builder.start().waitFor();
    return new Ran(status, Files.readString(output, StandardCharsets.UTF_8));
  }

  private record Ran(int status, String output) {}
}
