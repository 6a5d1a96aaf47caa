/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.EngineFixture.addressOf;
import static dev.weft.agent.engine.EngineFixture.nextAttempt;
import static dev.weft.agent.engine.EngineFixture.nextReply;
import static dev.weft.agent.engine.EngineFixture.respond;
import static dev.weft.agent.engine.Mesh.PORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RetryConfig.Condition;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.Call;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RetryTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/");
  private static final long BASE = 25_000_000;
  private static final long MAX = 250_000_000;

  static Stream<Arguments> responses() {
    return Stream.of(
        argumentSet("5xx, 500", Condition.SERVER_ERROR_5XX, 500, -1, true),
        argumentSet("5xx, 404", Condition.SERVER_ERROR_5XX, 404, -1, false),
        argumentSet("gateway, 500", Condition.GATEWAY_ERROR, 500, -1, false),
        argumentSet("gateway, 504", Condition.GATEWAY_ERROR, 504, -1, true),
        argumentSet("4xx, 409", Condition.RETRIABLE_4XX, 409, -1, true),
        argumentSet("4xx, 404", Condition.RETRIABLE_4XX, 404, -1, false),
        argumentSet("statuses, 418", Condition.RETRIABLE_STATUS_CODES, 418, -1, true),
        argumentSet("statuses, 503", Condition.RETRIABLE_STATUS_CODES, 503, -1, false),
        argumentSet("reset, 503", Condition.RESET, 503, -1, false),
        argumentSet("unavailable, 14", Condition.GRPC_UNAVAILABLE, 200, 14, true),
        argumentSet("unavailable, 0", Condition.GRPC_UNAVAILABLE, 200, 0, false),
        argumentSet("cancelled, 1", Condition.GRPC_CANCELLED, 200, 1, true),
        argumentSet("deadline, 4", Condition.GRPC_DEADLINE_EXCEEDED, 200, 4, true),
        argumentSet("exhausted, 8", Condition.GRPC_RESOURCE_EXHAUSTED, 200, 8, true),
        argumentSet("internal, 13", Condition.GRPC_INTERNAL, 200, 13, true));
  }

  @ParameterizedTest
  @MethodSource("responses")
  void aResponseThatFitsTheConditionIsTriedAgain(
      Condition condition, int status, int grpcStatus, boolean retried) {
    EngineFixture fixture = new Forwards().retry(on(2, condition)).fixture();
    Attempt attempt = fixture.attempt(REQUEST);

    long wait = attempt.headers(status, grpcStatus, Map.<String, String>of(), Map::get);

    assertThat(wait >= 0).isEqualTo(retried);
  }

  @Test
  void aGrpcStatusIsReadFromTheHeadersIfItIsNotKnown() {
    EngineFixture fixture = new Forwards().retry(on(2, Condition.GRPC_UNAVAILABLE)).fixture();
    Attempt attempt = fixture.attempt(REQUEST);

    assertThat(attempt.headers(200, -1, Map.of("grpc-status", "14"), Map::get)).isNotNegative();
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        argumentSet("connect", Condition.CONNECT_FAILURE, Failure.CONNECT, true),
        argumentSet("connect, reset", Condition.CONNECT_FAILURE, Failure.RESET, false),
        argumentSet("refused", Condition.REFUSED_STREAM, Failure.REFUSED_STREAM, true),
        argumentSet("reset", Condition.RESET, Failure.RESET, true),
        argumentSet("reset, connect", Condition.RESET, Failure.CONNECT, true),
        argumentSet("before request", Condition.RESET_BEFORE_REQUEST, Failure.CONNECT, true),
        argumentSet("before request, reset", Condition.RESET_BEFORE_REQUEST, Failure.RESET, false),
        argumentSet("5xx, reset", Condition.SERVER_ERROR_5XX, Failure.RESET, true),
        argumentSet("gateway, timeout", Condition.GATEWAY_ERROR, Failure.TIMEOUT, true),
        argumentSet("4xx, reset", Condition.RETRIABLE_4XX, Failure.RESET, false),
        argumentSet("other", Condition.SERVER_ERROR_5XX, Failure.OTHER, false));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureThatFitsTheConditionIsTriedAgain(
      Condition condition, Failure failure, boolean retried) {
    EngineFixture fixture = new Forwards().retry(on(2, condition)).fixture();
    Attempt attempt = fixture.attempt(REQUEST);

    assertThat(attempt.failed(failure) >= 0).isEqualTo(retried);
  }

  @ParameterizedTest
  @EnumSource(names = {"APPLICATION_TIMEOUT", "CANCELLED"})
  void whatTheApplicationEndedIsNeverTriedAgain(Failure failure) {
    EngineFixture fixture = new Forwards().retry(on(2, Condition.values())).fixture();

    assertThat(fixture.attempt(REQUEST).failed(failure)).isEqualTo(Attempt.DELIVER);
    assertThat(fixture.observer.calls).extracting("flag").containsExactly("DC");
  }

  @Test
  void aRequestThatCannotBeSentAgainIsTriedAgainOnlyIfNothingWasSent() {
    EngineFixture fixture = new Forwards().retry(on(2, Condition.SERVER_ERROR_5XX)).fixture();
    StubRequest once = REQUEST.notReplayable();

    assertThat(respond(fixture.attempt(once), 503)).isEqualTo(Attempt.DELIVER);
    assertThat(fixture.attempt(once).failed(Failure.RESET)).isEqualTo(Attempt.DELIVER);
    assertThat(fixture.attempt(once).failed(Failure.REFUSED_STREAM)).isEqualTo(Attempt.DELIVER);
    assertThat(fixture.attempt(once).failed(Failure.CONNECT)).isNotNegative();
  }

  @Test
  void theLastResponseIsDeliveredWhenNoRetryIsLeft() {
    EngineFixture fixture = new Forwards().retry(on(1, Condition.SERVER_ERROR_5XX)).fixture();
    Call call = fixture.call(REQUEST);

    Attempt first = nextAttempt(call);
    assertThat(respond(first, 503)).isNotNegative();
    Attempt second = nextAttempt(call);
    assertThat(second.number()).isEqualTo(2);
    assertThat(respond(second, 503)).isEqualTo(Attempt.DELIVER);
    second.end(Ending.COMPLETE);

    assertThat(fixture.observer.attempts).extracting("flag").containsExactly("", "URX");
    assertThat(fixture.observer.calls).extracting("number").containsExactly(2);
    assertThat(fixture.cluster("orders").activeRetries()).isZero();
  }

  @Test
  void anEndpointThatWasTriedIsAvoided() {
    EngineFixture fixture =
        new Forwards()
            .retry(on(3, Condition.SERVER_ERROR_5XX))
            .fixture(new Mesh().cluster("orders", 4));
    Call call = fixture.call(REQUEST);
    Set<String> addresses = new HashSet<>();

    for (int i = 0; i < 4; i++) {
      Attempt attempt = nextAttempt(call);
      addresses.add(addressOf(attempt));
      respond(attempt, 500);
    }

    assertThat(addresses).hasSize(4);
  }

  @Test
  void theOnlyEndpointIsTriedAgain() {
    EngineFixture fixture =
        new Forwards()
            .retry(on(1, Condition.SERVER_ERROR_5XX))
            .fixture(new Mesh().cluster("orders", 1));
    Call call = fixture.call(REQUEST);

    respond(nextAttempt(call), 500);

    assertThat(addressOf(nextAttempt(call))).isEqualTo("10.0.0.1");
  }

  @Test
  void theBackOffGrowsToItsMaximum() {
    EngineFixture fixture = new Forwards().retry(on(6, Condition.SERVER_ERROR_5XX)).fixture();
    long[] longest = new long[7];

    for (int i = 0; i < 2000; i++) {
      Call call = fixture.call(REQUEST);
      for (int retry = 1; retry <= 6; retry++) {
        longest[retry] = Math.max(longest[retry], respond(nextAttempt(call), 500));
      }
      call.abandon();
    }

    assertThat(longest[1]).isBetween(BASE * 9 / 10, BASE);
    assertThat(longest[2]).isBetween(3 * BASE * 9 / 10, 3 * BASE);
    assertThat(longest[3]).isBetween(7 * BASE * 9 / 10, 7 * BASE);
    assertThat(longest[4]).isBetween(MAX * 9 / 10, MAX);
    assertThat(longest[6]).isBetween(MAX * 9 / 10, MAX);
    assertThat(fixture.cluster("orders").activeRetries()).isZero();
    assertThat(fixture.cluster("orders").activeRequests()).isZero();
  }

  @Test
  void theCircuitBreakerLimitsRetries() {
    ClusterConfig limited =
        new ClusterConfig(
            "orders",
            Discovery.ENDPOINTS,
            Mesh.endpoints(2),
            LoadBalancing.ROUND_ROBIN,
            0,
            new CircuitBreakers(100, 100, 1, 100),
            null,
            "",
            "");
    EngineFixture fixture =
        new Forwards()
            .retry(on(2, Condition.SERVER_ERROR_5XX))
            .fixture(new Mesh().cluster(limited));
    Call first = fixture.call(REQUEST);

    assertThat(respond(nextAttempt(first), 500)).isNotNegative();
    assertThat(respond(fixture.attempt(REQUEST), 500)).isEqualTo(Attempt.DELIVER);

    nextAttempt(first).end(Ending.COMPLETE);
    assertThat(respond(fixture.attempt(REQUEST), 500)).isNotNegative();
  }

  @Test
  void aRetryThatIsAbandonedIsCountedOut() {
    EngineFixture fixture = new Forwards().retry(on(2, Condition.SERVER_ERROR_5XX)).fixture();
    Call call = fixture.call(REQUEST);
    respond(nextAttempt(call), 500);
    assertThat(fixture.cluster("orders").activeRetries()).isOne();

    call.abandon();
    call.abandon();

    assertThat(fixture.cluster("orders").activeRetries()).isZero();
    assertThat(fixture.observer.calls).hasSize(1);
  }

  @Test
  void theRoutesTimeoutEndsTheWaitForARetry() {
    EngineFixture fixture =
        new Forwards()
            .retry(
                new RetryConfig(
                    Set.of(Condition.SERVER_ERROR_5XX), Set.of(), 5, 0, 1L << 40, 1L << 40, true))
            .timeout(Duration.ofSeconds(1))
            .fixture();
    Call call = fixture.call(REQUEST);
    fixture.clock.advance(Duration.ofMillis(400));

    assertThat(respond(nextAttempt(call), 503)).isEqualTo(600_000_000);
    fixture.clock.advance(Duration.ofMillis(600));

    assertThat(nextReply(call).flag()).isEqualTo("UT");
    assertThat(fixture.cluster("orders").activeRetries()).isZero();
    assertThat(fixture.observer.calls).extracting("status").containsExactly(504);
  }

  private static RetryConfig on(int attempts, Condition... conditions) {
    return new RetryConfig(Set.of(conditions), Set.of(418), attempts, 0, BASE, MAX, true);
  }
}
