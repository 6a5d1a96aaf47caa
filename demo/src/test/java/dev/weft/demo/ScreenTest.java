/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @Test
  void longTextsAreBrokenAtSpaces() {
    assertThat(Screen.wrap("one two three four", 9)).containsExactly("one two", "three", "four");
  }

  @Test
  void aWordLongerThanALineStaysWhole() {
    assertThat(Screen.wrap("a verylongword b", 4)).containsExactly("a", "verylongword", "b");
  }

  @Test
  void tablesAlignWordsToTheLeftAndNumbersToTheRight() {
    new Screen(out, false)
        .table(List.of(List.of("caller", "library", "v1"), List.of("a", "OkHttp", "400")));

    assertThat(lines())
        .containsExactly(
            "    measured  caller  library   v1", "              a       OkHttp   400");
  }

  @Test
  void withoutColourThereIsNoEscape() {
    Screen screen = new Screen(out, false);
    screen.heading("[1/7] title");
    screen.verdict(new Check(false, "missed"));
    screen.quote(List.of("http:"));

    assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b");
  }

  private List<String> lines() {
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
