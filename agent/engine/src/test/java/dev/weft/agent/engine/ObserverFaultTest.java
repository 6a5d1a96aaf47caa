/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Call;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ObserverFaultTest {
  private static final EngineObserver BROKEN =
      new EngineObserver() {
        @Override
        public Object handle(Destination destination) {
          throw new IllegalStateException("handle");
        }

        @Override
        public void attemptEnded(Observed attempt, long durationNanos) {
          throw new IllegalStateException("attempt");
        }

        @Override
        public void callEnded(Observed call, long durationNanos) {
          throw new IllegalStateException("call");
        }
      };

  @Test
  void anObserverThatThrowsBreaksNeitherAPushNorACall() {
    FakeClock clock = new FakeClock();
    FaultLog faults = new FaultLog(clock, (doing, fault) -> {});
    Engine engine = Engine.create(clock, faults, BROKEN);
    engine.apply(new Mesh().host("orders", Mesh.to("orders")).cluster("orders", 1).build());

    Call call =
        Objects.requireNonNull(
            engine.begin(StubRequest.get("orders", Mesh.PORT, "/"), StubRequest.Reader.INSTANCE));
    Attempt attempt = EngineFixture.nextAttempt(call);
    attempt.end(Ending.COMPLETE);

    Snapshot snapshot = Objects.requireNonNull(engine.current());
    assertThat(Objects.requireNonNull(snapshot.clusters().get("orders")).activeRequests()).isZero();
    assertThat(faults.count()).isEqualTo(5); // unknown, cluster, endpoint; attempt, call
  }
}
