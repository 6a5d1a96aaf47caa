/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.demo.Arguments.Action;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
  @Test
  void nothingRunsTheStepsAndKeepsNothing() {
    assertThat(Arguments.parse(List.of()))
        .isEqualTo(new Arguments(Action.RUN, false, Arguments.USUAL_LIMIT));
  }

  @Test
  void keepLeavesTheShopRunning() {
    assertThat(Arguments.parse(List.of("--keep")))
        .isEqualTo(new Arguments(Action.RUN, true, Arguments.USUAL_LIMIT));
  }

  @Test
  void stopEndsWhatWasKept() {
    assertThat(Arguments.parse(List.of("--stop")))
        .isEqualTo(new Arguments(Action.STOP, false, Arguments.USUAL_LIMIT));
  }

  @Test
  void aSlowMachineMayHaveMoreTime() {
    assertThat(Arguments.parse(List.of("--limit", "300")).limit()).isEqualTo(Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "soon"})
  void aLimitThatIsNoTimeIsRefused(String limit) {
    assertThatThrownBy(() -> Arguments.parse(List.of("--limit", limit)))
        .hasMessageStartingWith("--limit " + limit + " (expected: seconds");
  }

  @Test
  void aLimitWithoutItsNumberIsRefused() {
    assertThatThrownBy(() -> Arguments.parse(List.of("--limit")))
        .hasMessage("--limit nothing (expected: seconds)");
  }

  @Test
  void helpWinsOverAllThatFollows() {
    assertThat(Arguments.parse(List.of("--keep", "--help", "--bogus")).action())
        .isEqualTo(Action.HELP);
  }

  @Test
  void whatIsNotKnownIsNamedWithWhatIs() {
    assertThatThrownBy(() -> Arguments.parse(List.of("--fast")))
        .hasMessage("--fast (expected: --keep, --limit, --stop or --help)");
  }

  @Test
  void keepAndStopContradictEachOther() {
    assertThatThrownBy(() -> Arguments.parse(List.of("--stop", "--keep")))
        .hasMessageContaining("one of them");
  }
}
