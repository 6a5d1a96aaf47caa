/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.EngineFixture.addressOf;
import static dev.weft.agent.engine.EngineFixture.respond;
import static dev.weft.agent.engine.Mesh.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.ClusterConfig.OutlierDetection;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GrpcResponseTest {
  private static final int UNAVAILABLE = 14;
  private static final int NOT_FOUND = 5;
  private static final String BAD = "10.0.0.1";
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/").asGrpc();

  private final EngineFixture fixture = new EngineFixture(withOutlierDetection());

  @Test
  void theStatusBehindTheMessagesIsTheOneThatIsObserved() {
    Attempt attempt = fixture.attempt(REQUEST);

    respond(attempt, 200);
    attempt.end(Ending.COMPLETE, NOT_FOUND);

    assertThat(((Observed) attempt).status()).isEqualTo(200);
    assertThat(((Observed) attempt).grpcStatus()).isEqualTo(NOT_FOUND);
  }

  @Test
  void aStatusThatCameWithTheHeadersStays() {
    Attempt attempt = fixture.attempt(REQUEST);

    attempt.headers(200, UNAVAILABLE, Map.<String, String>of(), Map::get);
    attempt.end(Ending.COMPLETE, 0);

    assertThat(((Observed) attempt).grpcStatus()).isEqualTo(UNAVAILABLE);
  }

  @Test
  void aStatusWithTheHeadersCountsForOutlierDetectionByItsHttpMeaning() {
    hitBad(attempt -> attempt.headers(200, UNAVAILABLE, Map.<String, String>of(), Map::get));

    assertThat(used()).doesNotContain(BAD);
  }

  @Test
  void aStatusInTheHeadersThatTheLibraryDidNotReadIsRead() {
    hitBad(attempt -> attempt.headers(200, -1, Map.of("grpc-status", "14"), Map::get));

    assertThat(used()).doesNotContain(BAD);
  }

  @Test
  void aStatusThatIsTheCallersFaultOrComesBehindTheMessagesEjectsNobody() {
    hitBad(attempt -> attempt.headers(200, NOT_FOUND, Map.<String, String>of(), Map::get));
    hitBad(
        attempt -> {
          respond(attempt, 200);
          attempt.end(Ending.COMPLETE, UNAVAILABLE);
        });

    assertThat(used()).contains(BAD);
  }

  @Test
  void anAttemptKnowsItsClustersConnectTimeout() {
    assertThat(fixture.attempt(REQUEST).connectTimeoutNanos())
        .isEqualTo(Duration.ofSeconds(3).toNanos());
  }

  private void hitBad(Consumer<Attempt> result) {
    for (int hits = 0; hits < 3; ) {
      Attempt attempt = fixture.attempt(REQUEST);
      if (addressOf(attempt).equals(BAD)) {
        result.accept(attempt);
        hits++;
      }
      attempt.end(Ending.COMPLETE);
    }
  }

  private Set<String> used() {
    Set<String> used = new TreeSet<>();
    for (int i = 0; i < 40; i++) {
      Attempt attempt = fixture.attempt(REQUEST);
      used.add(addressOf(attempt));
      attempt.end(Ending.COMPLETE);
    }
    return used;
  }

  private static MeshConfig withOutlierDetection() {
    long second = Duration.ofSeconds(1).toNanos();
    return new Mesh()
        .host("orders", Mesh.to("orders"))
        .cluster(
            new ClusterConfig(
                "orders",
                Discovery.ENDPOINTS,
                Mesh.endpoints(3),
                LoadBalancing.ROUND_ROBIN,
                3 * second,
                CircuitBreakers.UNLIMITED,
                new OutlierDetection(3, 0, 10 * second, 30 * second, 300 * second, 100, 0),
                "orders",
                ""))
        .build();
  }
}
