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
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.agent.engine.config.FaultConfig;
import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.RouteAction.DirectResponse;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Reply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultInjectionTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/");
  private static final int ALL = 1_000_000;
  private static final long SECOND = 1_000_000_000;

  @Test
  void anAbortIsAReplyThatReachesNoEndpoint() {
    EngineFixture fixture = with(new FaultConfig(0, 0, 503, -1, ALL, List.of()));

    Reply reply = nextReply(fixture.call(REQUEST));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.grpcStatus()).isEqualTo(14);
    assertThat(reply.body()).isEqualTo("fault filter abort");
    assertThat(reply.flag()).isEqualTo("FI");
    assertThat(fixture.cluster("orders").activeRequests()).isZero();
    assertThat(fixture.observer.attempts).isEmpty();
    assertThat(fixture.observer.calls)
        .extracting("status", "flag")
        .containsExactly(tuple(503, "FI"));
  }

  @ParameterizedTest
  @CsvSource({"14, 503", "4, 504", "0, 200", "8, 429"})
  void anAbortByGrpcStatusHasTheHttpStatusOfTheSameMeaning(int grpcStatus, int httpStatus) {
    EngineFixture fixture = with(new FaultConfig(0, 0, 0, grpcStatus, ALL, List.of()));

    Reply reply = nextReply(fixture.call(REQUEST));

    assertThat(reply.grpcStatus()).isEqualTo(grpcStatus);
    assertThat(reply.status()).isEqualTo(httpStatus);
  }

  @Test
  void aDelayComesBeforeTheFirstAttemptAndNotOutOfItsTimeout() {
    FaultConfig delay = new FaultConfig(2 * SECOND, ALL, 0, -1, 0, List.of());
    EngineFixture fixture = new Forwards().fault(delay).timeout(Duration.ofSeconds(1)).fixture();

    Attempt attempt = nextAttempt(fixture.call(REQUEST));
    assertThat(attempt.delayNanos()).isEqualTo(2 * SECOND);
    fixture.clock.advance(Duration.ofSeconds(2));

    assertThat(attempt.timeoutNanos()).isEqualTo(SECOND);
    respond(attempt, 200);
    attempt.end(Ending.COMPLETE);
    assertThat(fixture.observer.calls).extracting("flag").containsExactly("DI");
  }

  @Test
  void aDelayComesBeforeAnAbort() {
    EngineFixture fixture = with(new FaultConfig(SECOND, ALL, 500, -1, ALL, List.of()));

    assertThat(nextReply(fixture.call(REQUEST)).delayNanos()).isEqualTo(SECOND);
  }

  @Test
  void percentagesAreOfAMillion() {
    EngineFixture fixture = with(new FaultConfig(SECOND, 300_000, 500, -1, 100_000, List.of()));

    int aborted = 0;
    int delayed = 0;
    for (int i = 0; i < 10_000; i++) {
      var step = fixture.call(REQUEST).next();
      aborted += step instanceof Reply ? 1 : 0;
      delayed += step.delayNanos() > 0 ? 1 : 0;
    }

    assertThat(aborted).isBetween(900, 1100);
    assertThat(delayed).isBetween(2800, 3200);
  }

  @Test
  void withoutAPercentageNothingIsInjected() {
    EngineFixture fixture = with(new FaultConfig(SECOND, 0, 500, -1, 0, List.of()));

    assertThat(nextAttempt(fixture.call(REQUEST)).delayNanos()).isZero();
  }

  @Test
  void onlyRequestsWhoseHeadersMatchAreHit() {
    HeaderMatch header = new HeaderMatch("x-test", new StringMatch.Exact("1", false), false, false);
    EngineFixture fixture = with(new FaultConfig(0, 0, 500, -1, ALL, List.of(header)));

    assertThat(nextReply(fixture.call(REQUEST.with("x-test", "1"))).status()).isEqualTo(500);
    assertThat(nextAttempt(fixture.call(REQUEST))).isNotNull();
  }

  @Test
  void aDirectResponseIsHitToo() {
    RouteConfig route =
        new RouteConfig(
            "",
            Mesh.prefix("/"),
            new DirectResponse(200, "hi"),
            HeaderMutations.NONE,
            new FaultConfig(SECOND, ALL, 500, -1, ALL, List.of()));
    EngineFixture fixture = new EngineFixture(new Mesh().host("orders", route));

    Reply reply = nextReply(fixture.call(REQUEST));

    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.delayNanos()).isEqualTo(SECOND);
  }

  private static EngineFixture with(FaultConfig fault) {
    return new Forwards().fault(fault).fixture();
  }
}
