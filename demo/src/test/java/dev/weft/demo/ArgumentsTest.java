/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.demo.Arguments.Action;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void nothingRunsTheStepsAndKeepsNothing() {
    assertThat(Arguments.parse(List.of())).isEqualTo(new Arguments(Action.RUN, false));
  }

  @Test
  void keepLeavesTheShopRunning() {
    assertThat(Arguments.parse(List.of("--keep"))).isEqualTo(new Arguments(Action.RUN, true));
  }

  @Test
  void stopEndsWhatWasKept() {
    assertThat(Arguments.parse(List.of("--stop"))).isEqualTo(new Arguments(Action.STOP, false));
  }

  @Test
  void helpWinsOverAllThatFollows() {
    assertThat(Arguments.parse(List.of("--keep", "--help", "--bogus")).action())
        .isEqualTo(Action.HELP);
  }

  @Test
  void whatIsNotKnownIsNamedWithWhatIs() {
    assertThatThrownBy(() -> Arguments.parse(List.of("--fast")))
        .hasMessage("--fast (expected: --keep, --stop or --help)");
  }

  @Test
  void keepAndStopContradictEachOther() {
    assertThatThrownBy(() -> Arguments.parse(List.of("--stop", "--keep")))
        .hasMessageContaining("one of them");
  }
}
