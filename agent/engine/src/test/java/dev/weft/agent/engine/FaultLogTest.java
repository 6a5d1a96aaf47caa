/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultLogTest {
  private final FakeClock clock = new FakeClock();
  private final List<String> logged = new ArrayList<>();
  private final FaultLog faults = new FaultLog(clock, (doing, fault) -> logged.add(doing));

  @Test
  void faultsAreCountedAndOneAMinuteIsLogged() {
    faults.record("a", new IllegalStateException());
    faults.record("b", new IllegalStateException());
    clock.advance(Duration.ofSeconds(60));
    faults.record("c", new IllegalStateException("broken"));

    assertThat(faults.count()).isEqualTo(3);
    assertThat(faults.last()).isEqualTo("c: java.lang.IllegalStateException: broken");
    assertThat(logged).containsExactly("a", "c");
  }

  @Test
  void anOwnerThatThrowsDoesNotBreakTheCall() {
    FaultLog broken =
        new FaultLog(
            clock,
            (doing, fault) -> {
              throw new IllegalStateException("no log");
            });

    broken.record("a", new IllegalStateException());

    assertThat(broken.last()).isEqualTo("log: java.lang.IllegalStateException: no log");
  }
}
