/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StageTest {
  @Test
  void theRulesOfAPolicyAreTheFirstDocumentsSpec() {
    String yaml = "kind: A\nmetadata:\n  name: a\nspec:\n  x: 1\n  y: 2\n---\nspec:\n  x: 3\n";

    assertThat(Stage.rules(yaml)).containsExactly("  x: 1", "  y: 2");
  }
}
