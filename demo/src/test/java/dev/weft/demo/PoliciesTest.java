/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PoliciesTest {
  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(Stage.policies())) {
      return files.sorted().toList();
    }
  }

  @Test
  void thereIsAFileForEachPolicy() throws IOException {
    assertThat(files()).hasSizeGreaterThanOrEqualTo(8);
  }

  @ParameterizedTest
  @MethodSource("files")
  void eachSaysWhatItDoesAndHasTheSameRulesForBothServices(Path file) throws IOException {
    String[] documents = Files.readString(file).split("(?m)^---$");

    assertThat(documents).hasSize(2);
    assertThat(documents[0]).startsWith("# ").contains("name: orders");
    assertThat(documents[1].strip())
        .isEqualTo(
            documents[0]
                .substring(documents[0].indexOf('\n'))
                .strip()
                .replace("orders", "pricing"));
  }
}
