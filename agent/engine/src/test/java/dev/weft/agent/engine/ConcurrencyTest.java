/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.EngineFixture.respond;
import static dev.weft.agent.engine.Mesh.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.ClusterConfig.OutlierDetection;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RetryConfig.Condition;
import dev.weft.agent.engine.endpoint.Destination;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {
  private static final List<LoadBalancing> ALGORITHMS = List.of(LoadBalancing.values());
  private static final int THREADS = 8;
  private static final int CALLS_PER_THREAD = 5_000;
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/");

  private final AtomicLong attempts = new AtomicLong();
  private final AtomicLong endedAttempts = new AtomicLong();
  private final AtomicLong endedCalls = new AtomicLong();
  private final FaultLog faults =
      new FaultLog(
          EngineClock.SYSTEM,
          (doing, fault) -> {
            throw new AssertionError(fault);
          });
  private final Engine engine =
      Engine.create(
          EngineClock.SYSTEM,
          faults,
          new EngineObserver() {
            @Override
            public Object handle(Destination destination) {
              return destination;
            }

            @Override
            public void attemptEnded(Observed attempt, long durationNanos) {
              endedAttempts.incrementAndGet();
            }

            @Override
            public void callEnded(Observed call, long durationNanos) {
              endedCalls.incrementAndGet();
            }
          });

  /**
   * Calls of all fates on many threads, each attempt ended by two threads at once, while the
   * configuration changes: all gauges come back to 0 and everything is told exactly once.
   */
  @Test
  void everythingIsCountedOutOnce() throws InterruptedException, ExecutionException {
    engine.apply(mesh(0));
    ExecutorService callers = Executors.newFixedThreadPool(THREADS);
    ExecutorService enders = Executors.newFixedThreadPool(2);
    List<Future<?>> running = new ArrayList<>();
    try {
      for (int thread = 0; thread < THREADS; thread++) {
        running.add(
            callers.submit(
                () -> {
                  for (int i = 0; i < CALLS_PER_THREAD; i++) {
                    carryOut(enders);
                  }
                }));
      }
      for (int push = 1; push <= 200; push++) {
        engine.apply(mesh(push));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } finally {
      callers.shutdown();
      enders.shutdown();
    }
    assertThat(enders.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

    var cluster =
        Objects.requireNonNull(Objects.requireNonNull(engine.current()).clusters().get("orders"));
    assertThat(cluster.activeRequests()).isZero();
    assertThat(cluster.activeRetries()).isZero();
    assertThat(cluster.endpoints()).allSatisfy(e -> assertThat(e.state().active()).isZero());
    assertThat(endedAttempts).hasValue(attempts.get());
    assertThat(endedCalls).hasValue((long) THREADS * CALLS_PER_THREAD);
    assertThat(faults.count()).isZero();
  }

  private void carryOut(ExecutorService enders) {
    Call call = Objects.requireNonNull(engine.begin(REQUEST, StubRequest.Reader.INSTANCE));
    while (true) {
      Step step = call.next();
      if (!(step instanceof Attempt attempt)) {
        return;
      }
      attempts.incrementAndGet();
      long wait = result(attempt, enders);
      if (wait == Attempt.DELIVER) {
        return;
      }
      if (ThreadLocalRandom.current().nextInt(10) == 0) {
        call.abandon();
        return;
      }
    }
  }

  private static long result(Attempt attempt, ExecutorService enders) {
    int fate = ThreadLocalRandom.current().nextInt(6);
    if (fate == 0) {
      return attempt.failed(Failure.RESET);
    }
    if (fate == 1) {
      return attempt.failed(Failure.CANCELLED);
    }
    if (fate == 2) {
      enders.execute(() -> attempt.end(Ending.CANCELLED)); // the application cancels meanwhile
    }
    long wait = respond(attempt, fate == 3 ? 503 : 200);
    if (wait == Attempt.DELIVER) {
      enders.execute(() -> attempt.end(Ending.COMPLETE));
      attempt.end(Ending.BROKEN);
    }
    return wait;
  }

  private static MeshConfig mesh(int push) {
    RetryConfig retry =
        new RetryConfig(Set.of(Condition.SERVER_ERROR_5XX), Set.of(), 2, 0, 1_000, 1_000, true);
    ClusterConfig cluster =
        new ClusterConfig(
            "orders",
            Discovery.ENDPOINTS,
            Mesh.endpoints(3 + push % 3),
            ALGORITHMS.get(push % ALGORITHMS.size()),
            0,
            new CircuitBreakers(6, 6, 2, 6),
            new OutlierDetection(3, 0, 1_000, 1_000_000, 1_000_000, 50, 0),
            "",
            "");
    return new Mesh().host("orders", new Forwards().retry(retry).build()).cluster(cluster).build();
  }
}
