/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "0s, PT0S",
    "1.5s, PT1.5S",
    "100ms, PT0.1S",
    "1h2m3s, PT1H2M3S",
    ".5s, PT0.5S",
    "1us, PT0.000001S",
    "7ns, PT0.000000007S"
  })
  void readsUnitsAndFractions(String text, Duration expected) {
    assertThat(GoDuration.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "-1s", "1 s", "s", "1d", "1.s.", "999999999h", "1s2"})
  void refusesEverythingElse(String text) {
    assertThat(GoDuration.parse(text)).isNull();
  }
}
