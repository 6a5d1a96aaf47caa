/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamVersionTest {
  @ParameterizedTest
  @ValueSource(strings = {"2.30.0", "2.31.1", "2.33.1", "2.33.0-SNAPSHOT"})
  void agentsThatWereSeenToWorkAreSuitable(String version) {
    assertThat(UpstreamVersion.fit(version)).isEqualTo(UpstreamVersion.Fit.SUITABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.28.1", "2.24.0", "1.33.0"})
  void olderAgentsAreNot(String version) {
    assertThat(UpstreamVersion.fit(version)).isEqualTo(UpstreamVersion.Fit.UNSUITABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.34.0", "3.0.0", "custom"})
  void newerAndUnknownOnesAreUntried(String version) {
    assertThat(UpstreamVersion.fit(version)).isEqualTo(UpstreamVersion.Fit.UNTRIED);
  }

  @Test
  void noVersionIsUntried() {
    assertThat(UpstreamVersion.fit(null)).isEqualTo(UpstreamVersion.Fit.UNTRIED);
  }
}
