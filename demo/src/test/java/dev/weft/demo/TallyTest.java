/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TallyTest {
  @Test
  void countsAnswersByVersionAndFailuresByStatus() {
    Tally tally =
        Tally.of(new Answer(200, "v1"))
            .plus(Tally.of(new Answer(200, "v2")))
            .plus(Tally.of(new Answer(200, "v1")))
            .plus(Tally.of(new Answer(503, "v2")))
            .plus(Tally.of(Answer.NONE));

    assertThat(tally).isEqualTo(new Tally(Map.of("v1", 2, "v2", 1), Map.of(503, 1, 0, 1)));
    assertThat(tally.calls()).isEqualTo(5);
    assertThat(tally.failed()).isEqualTo(2);
    assertThat(tally.of("v3")).isZero();
  }

  @Test
  void anAnswerThatNamesNoVersionIsAFailure() {
    assertThat(Tally.of(new Answer(200, "")).failed()).isEqualTo(1);
  }
}
