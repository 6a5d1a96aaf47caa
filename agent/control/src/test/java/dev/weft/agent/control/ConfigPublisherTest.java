/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConfigPublisherTest {
  private final FakeLoop loop = new FakeLoop();
  private boolean complete = true;
  private boolean connected = true;
  private int published;
  private final ConfigPublisher publisher =
      new ConfigPublisher(loop, () -> complete, () -> connected, () -> published++);

  @Test
  void changesWithinTenMillisecondsGoOutTogether() {
    publisher.changed();
    loop.advance(Duration.ofMillis(5));
    publisher.changed();
    loop.advance(Duration.ofMillis(100));

    assertThat(published).isEqualTo(1);
  }

  @Test
  void goesOutAsSoonAsItIsComplete() {
    complete = false;
    publisher.changed();
    loop.advance(Duration.ofSeconds(3));
    assertThat(published).isZero();

    complete = true;
    publisher.changed();
    loop.advance(Duration.ofMillis(10));

    assertThat(published).isEqualTo(1);
    assertThat(loop.timers()).isZero();
  }

  @Test
  void theFirstTimeItWaitsFifteenSecondsForWhatIsMissing() {
    complete = false;
    publisher.changed();

    loop.advance(Duration.ofMillis(14_900));
    assertThat(published).isZero();
    loop.advance(Duration.ofMillis(200));

    assertThat(published).isEqualTo(1);
  }

  @Test
  void theFifteenSecondsCountFromTheConnection() {
    complete = false;
    publisher.changed();
    loop.advance(Duration.ofSeconds(10));
    publisher.connected();

    loop.advance(Duration.ofSeconds(10));
    assertThat(published).isZero();
    loop.advance(Duration.ofSeconds(6));

    assertThat(published).isEqualTo(1);
  }

  @Test
  void waitsForTheStreamToComeBackBeforeItGivesUpOnWhatIsMissing() {
    complete = false;
    connected = false;
    publisher.changed();
    loop.advance(Duration.ofSeconds(60));
    assertThat(published).isZero();
    assertThat(loop.timers()).isZero();

    connected = true;
    publisher.connected();
    loop.advance(Duration.ofSeconds(15));
    publisher.changed();
    loop.advance(Duration.ofMillis(10));

    assertThat(published).isEqualTo(1);
  }

  @Test
  void laterItWaitsOneSecond() {
    publisher.changed();
    loop.advance(Duration.ofSeconds(1));
    complete = false;
    publisher.changed();

    loop.advance(Duration.ofMillis(900));
    assertThat(published).isEqualTo(1);
    loop.advance(Duration.ofMillis(200));

    assertThat(published).isEqualTo(2);
  }
}
