/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.EngineFixture.nextAttempt;
import static dev.weft.agent.engine.EngineFixture.respond;
import static dev.weft.agent.engine.Mesh.PORT;
import static dev.weft.agent.engine.Mesh.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.HeaderMutations.HeaderValue;
import dev.weft.agent.engine.config.HeaderMutations.Mode;
import dev.weft.agent.engine.config.RouteAction.HashPolicy;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import dev.weft.agent.seam.Attempt.Failure;
import dev.weft.agent.seam.Call;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AttemptLifeCycleTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/");

  private final EngineFixture fixture =
      new EngineFixture(new Mesh().host("orders", to("orders")).cluster("orders", 2));

  @Test
  void anAttemptIsCountedFromNextToEnd() {
    Call call = fixture.call(REQUEST);
    assertThat(active()).isZero();

    Attempt attempt = nextAttempt(call);
    assertThat(active()).isOne();
    assertThat(fixture.cluster("orders").activeRequests()).isOne();

    fixture.clock.advance(Duration.ofMillis(3));
    assertThat(respond(attempt, 200)).isEqualTo(Attempt.DELIVER);
    assertThat(active()).isOne();

    attempt.end(Ending.COMPLETE);
    assertThat(active()).isZero();
    assertThat(fixture.cluster("orders").activeRequests()).isZero();
    var ended = new RecordingObserver.Ended("", "orders", 1, 200, "", 3_000_000);
    assertThat(fixture.observer.attempts).containsExactly(ended);
    assertThat(fixture.observer.calls).containsExactly(ended);
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECT, 503, UF",
    "REFUSED_STREAM, 503, UR",
    "RESET, 503, UC",
    "TIMEOUT, 504, UT",
    "APPLICATION_TIMEOUT, 0, DC",
    "CANCELLED, 0, DC",
    "OTHER, 503, ''"
  })
  void aCallThatFailsWithoutAResponseCountsWithTheStatusOfItsFlag(
      Failure failure, int status, String flag) {
    Attempt attempt = nextAttempt(fixture.call(REQUEST));

    attempt.failed(failure);

    assertThat(fixture.observer.attempts)
        .containsExactly(new RecordingObserver.Ended("", "orders", 1, status, flag, 0));
  }

  @Test
  void aResponseThatBreaksOffKeepsItsStatus() {
    Attempt attempt = nextAttempt(fixture.call(REQUEST));
    respond(attempt, 200);

    attempt.failed(Failure.RESET);

    assertThat(fixture.observer.calls)
        .containsExactly(new RecordingObserver.Ended("", "orders", 1, 200, "UC", 0));
  }

  @Test
  void aFaultOfAnAdapterIsCounted() {
    fixture.engine.failed("hook: begin", new NoSuchMethodError("gone"));

    assertThat(fixture.faults.count()).isOne();
    assertThat(fixture.faults.last()).isEqualTo("hook: begin: java.lang.NoSuchMethodError: gone");
  }

  static Stream<Arguments> orders() {
    Consumer<Attempt> headers = attempt -> respond(attempt, 200);
    Consumer<Attempt> failed = attempt -> attempt.failed(Failure.RESET);
    Consumer<Attempt> end = attempt -> attempt.end(Ending.COMPLETE);
    return Stream.of(
        Arguments.argumentSet("end twice", List.of(headers, end, end)),
        Arguments.argumentSet("failed only", List.of(failed)),
        Arguments.argumentSet("failed twice", List.of(failed, failed)),
        Arguments.argumentSet("end only", List.of(end)),
        Arguments.argumentSet("end, then headers", List.of(end, headers, end)),
        Arguments.argumentSet("headers, then failed", List.of(headers, failed, end)),
        Arguments.argumentSet("failed, then headers", List.of(failed, headers, end)),
        Arguments.argumentSet("headers twice", List.of(headers, headers, end)));
  }

  @ParameterizedTest
  @MethodSource("orders")
  void anAttemptIsCountedOutOnceWhateverComes(List<Consumer<Attempt>> reports) {
    Attempt attempt = fixture.attempt(REQUEST);

    reports.forEach(report -> report.accept(attempt));

    assertThat(active()).isZero();
    assertThat(fixture.cluster("orders").activeRequests()).isZero();
    assertThat(fixture.observer.attempts).hasSize(1);
    assertThat(fixture.observer.calls).hasSize(1);
  }

  @Test
  void aCallGivesNoStepWhileAnAttemptIsUnderWayOrAfterIt() {
    Call call = fixture.call(REQUEST);
    Attempt attempt = nextAttempt(call);

    assertThatThrownBy(call::next).isInstanceOf(IllegalStateException.class);
    respond(attempt, 200);
    attempt.end(Ending.COMPLETE);
    assertThatThrownBy(call::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anAttemptNamesItsEndpoint() {
    Attempt attempt = fixture.attempt(REQUEST);

    var address = Objects.requireNonNull(attempt.address());
    assertThat(address.getHostString()).isEqualTo("orders");
    assertThat(address.isUnresolved()).isFalse();
    assertThat(address.getPort()).isEqualTo(9000);
    assertThat(attempt.connectionKey()).isEqualTo("ip-10-0-0-1-9000.weft");
    assertThat(attempt.authority()).isNull();
    assertThat(attempt.path()).isNull();
    assertThat(attempt.timeoutNanos()).isZero();
    assertThat(attempt.mutatesRequest()).isFalse();
    assertThat(attempt.mutatesResponse()).isFalse();
    assertThat(attempt.mirror()).isNull();
    assertThat(((Observed) attempt).handle()).isEqualTo("orders!");
  }

  @Test
  void countsOutliveAPush() {
    Attempt attempt = fixture.attempt(REQUEST);

    fixture.engine.apply(new Mesh().host("orders", to("orders")).cluster("orders", 3).build());

    assertThat(active()).isOne();
    respond(attempt, 200);
    attempt.end(Ending.COMPLETE);
    assertThat(active()).isZero();
  }

  @Test
  void aFaultOfOursLetsTheCallGoOutUnmanaged() {
    StubRequest.Reader broken =
        new StubRequest.Reader() {
          @Override
          public String host(StubRequest request) {
            throw new IllegalStateException("broken");
          }
        };

    assertThat(fixture.engine.begin(REQUEST, broken)).isNull();

    assertThat(fixture.faults.count()).isOne();
    assertThat(fixture.faults.last()).isEqualTo("begin: java.lang.IllegalStateException: broken");
  }

  @Test
  void aFaultOfOursInAStepLetsTheLibraryResolveTheHost() {
    EngineFixture hashing =
        new Forwards()
            .hash(new HashPolicy.Header("x-user"))
            .fixture(
                new Mesh()
                    .cluster(
                        Mesh.clusterConfig("orders", LoadBalancing.MAGLEV, Mesh.endpoints(2))));
    StubRequest.Reader broken =
        new StubRequest.Reader() {
          @Override
          public @Nullable String header(StubRequest request, String name) {
            throw new IllegalStateException("broken");
          }
        };

    Attempt attempt = nextAttempt(Objects.requireNonNull(hashing.engine.begin(REQUEST, broken)));

    assertThat(attempt.address()).isNull();
    assertThat(attempt.connectionKey()).isEqualTo("orders");
    respond(attempt, 200);
    attempt.end(Ending.COMPLETE);
    assertThat(hashing.cluster("orders").activeRequests()).isZero();
    assertThat(hashing.faults.last()).startsWith("next: ");
  }

  @Test
  void aFaultOfOursInAResponseDeliversIt() {
    HeaderMutations conditional =
        new HeaderMutations(
            List.of(),
            List.of(),
            List.of(new HeaderValue("a", "1", Mode.ADD_IF_ABSENT)),
            List.of());
    EngineFixture mutating = new Forwards().headers(conditional, HeaderMutations.NONE).fixture();
    Attempt attempt = mutating.attempt(REQUEST);

    long wait =
        attempt.headers(
            200,
            -1,
            "",
            (response, name) -> {
              throw new IllegalStateException("broken");
            });

    assertThat(wait).isEqualTo(Attempt.DELIVER);
    attempt.end(Ending.COMPLETE);
    assertThat(mutating.cluster("orders").activeRequests()).isZero();
    assertThat(mutating.faults.last()).startsWith("headers: ");
  }

  private int active() {
    return fixture.cluster("orders").endpoints().stream()
        .mapToInt(endpoint -> endpoint.state().active())
        .sum();
  }
}
