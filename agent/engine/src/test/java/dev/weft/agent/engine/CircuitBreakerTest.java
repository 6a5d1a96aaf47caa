/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.EngineFixture.nextReply;
import static dev.weft.agent.engine.Mesh.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.cluster.Cluster;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.ClusterConfig.RetryBudget;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Reply;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/");

  @Test
  void requestsAboveTheLimitAreAnswered503() {
    EngineFixture fixture = with(new CircuitBreakers(2, 1024, 3, 1024));
    fixture.attempt(REQUEST);
    Attempt second = fixture.attempt(REQUEST);

    Reply reply = nextReply(fixture.call(REQUEST));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.flag()).isEqualTo("UO");
    assertThat(fixture.cluster("orders").activeRequests()).isEqualTo(2);
    second.end(Ending.COMPLETE);
    assertThat(fixture.attempt(REQUEST)).isNotNull();
  }

  @Test
  void requestsThatNeedAConnectionEachAreLimitedByConnectionsAndThoseThatWait() {
    EngineFixture fixture = with(new CircuitBreakers(100, 1, 3, 2));
    for (int i = 0; i < 3; i++) {
      fixture.attempt(REQUEST);
    }

    assertThat(nextReply(fixture.call(REQUEST)).flag()).isEqualTo("UO");
    assertThat(fixture.attempt(REQUEST.asGrpc())).isNotNull();
  }

  @Test
  void aRetryBudgetGrowsWithTheRequestsUnderWay() {
    EngineFixture fixture = with(new CircuitBreakers(100, 100, 0, 100, new RetryBudget(20, 1)));
    Cluster cluster = fixture.cluster("orders");

    assertThat(cluster.beginRetry()).isTrue();
    assertThat(cluster.beginRetry()).isFalse();
    for (int i = 0; i < 10; i++) {
      fixture.attempt(REQUEST);
    }

    assertThat(cluster.beginRetry()).isTrue();
    assertThat(cluster.beginRetry()).isFalse();
    assertThat(cluster.activeRetries()).isEqualTo(2);
  }

  private static EngineFixture with(CircuitBreakers breakers) {
    ClusterConfig cluster =
        new ClusterConfig(
            "orders",
            Discovery.ENDPOINTS,
            Mesh.endpoints(1),
            LoadBalancing.ROUND_ROBIN,
            0,
            breakers,
            null,
            "",
            "");
    return new EngineFixture(new Mesh().host("orders", Mesh.to("orders")).cluster(cluster));
  }
}
