/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.EngineFixture.nextAttempt;
import static dev.weft.agent.engine.EngineFixture.nextReply;
import static dev.weft.agent.engine.EngineFixture.respond;
import static dev.weft.agent.engine.Mesh.PORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RetryConfig.Condition;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Reply;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimeoutTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/");
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void withoutTimeoutsThereIsNoLimit() {
    assertThat(new Forwards().fixture().attempt(REQUEST).timeoutNanos()).isZero();
  }

  @Test
  void theRoutesTimeoutCountsFromTheBeginning() {
    EngineFixture fixture = new Forwards().timeout(SECOND).fixture();
    Call call = fixture.call(REQUEST);
    Attempt attempt = nextAttempt(call);

    fixture.clock.advance(Duration.ofMillis(300));

    assertThat(attempt.timeoutNanos()).isEqualTo(700_000_000);
    fixture.clock.advance(SECOND);
    assertThat(attempt.timeoutNanos()).isEqualTo(1);
  }

  @Test
  void theRoutesTimeoutIsAnsweredWith504() {
    EngineFixture fixture = new Forwards().timeout(SECOND).fixture();
    Call call = fixture.call(REQUEST);
    Attempt attempt = nextAttempt(call);
    fixture.clock.advance(SECOND);

    assertThat(attempt.failed(Failure.TIMEOUT)).isZero();

    Reply reply = nextReply(call);
    assertThat(reply.status()).isEqualTo(504);
    assertThat(reply.grpcStatus()).isEqualTo(14);
    assertThat(reply.body()).isEqualTo("upstream request timeout");
    assertThat(reply.flag()).isEqualTo("UT");
    assertThat(fixture.cluster("orders").activeRequests()).isZero();
    assertThat(fixture.observer.calls).extracting("status", "flag").hasSize(1);
  }

  @Test
  void theLesserOfBothTimeoutsCounts() {
    EngineFixture fixture = new Forwards().timeout(SECOND).retry(perTry(600)).fixture();
    Attempt attempt = fixture.attempt(REQUEST);

    assertThat(attempt.timeoutNanos()).isEqualTo(600_000_000);
    fixture.clock.advance(Duration.ofMillis(700));
    assertThat(attempt.timeoutNanos()).isEqualTo(300_000_000);
  }

  @Test
  void aTryThatTakesTooLongIsTriedAgainAndTheLastOneAnswered() {
    EngineFixture fixture = new Forwards().retry(perTry(100)).fixture();
    Call call = fixture.call(REQUEST);

    assertThat(nextAttempt(call).failed(Failure.TIMEOUT)).isNotNegative();
    assertThat(nextAttempt(call).failed(Failure.TIMEOUT)).isZero();

    assertThat(nextReply(call).status()).isEqualTo(504);
    assertThat(fixture.observer.attempts).extracting("flag").containsExactly("UT", "UT,URX");
    assertThat(fixture.cluster("orders").activeRetries()).isZero();
  }

  @Test
  void theRoutesTimeoutIsNotTriedAgain() {
    EngineFixture fixture = new Forwards().timeout(SECOND).retry(perTry(5000)).fixture();
    Call call = fixture.call(REQUEST);
    Attempt attempt = nextAttempt(call);
    fixture.clock.advance(SECOND);

    assertThat(attempt.failed(Failure.TIMEOUT)).isZero();

    assertThat(nextReply(call).status()).isEqualTo(504);
    assertThat(fixture.cluster("orders").activeRetries()).isZero();
  }

  @Test
  void anAbandonedTimeoutEndsTheCall() {
    EngineFixture fixture = new Forwards().timeout(SECOND).fixture();
    Call call = fixture.call(REQUEST);
    Attempt attempt = nextAttempt(call);
    fixture.clock.advance(SECOND);
    attempt.failed(Failure.TIMEOUT);

    call.abandon();

    assertThat(fixture.observer.calls).extracting("flag").containsExactly("UT");
  }

  @Test
  void aResponseAfterTheDeadlineIsDelivered() {
    EngineFixture fixture = new Forwards().timeout(SECOND).retry(perTry(0)).fixture();
    Attempt attempt = fixture.attempt(REQUEST);
    fixture.clock.advance(SECOND);

    assertThat(respond(attempt, 503)).isEqualTo(Attempt.DELIVER);
  }

  private static RetryConfig perTry(long millis) {
    return new RetryConfig(
        Set.of(Condition.SERVER_ERROR_5XX), Set.of(), 1, millis * 1_000_000, 0, 0, true);
  }
}
