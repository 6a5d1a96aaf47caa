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
import dev.weft.agent.seam.Attempt.Failure;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutlierDetectionTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/");
  private static final String BAD = "10.0.0.1";
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void anEndpointIsEjectedAfterErrorsInARow() {
    EngineFixture fixture = with(detection(3, 0, 100), 4);

    hit(fixture, 2, attempt -> respond(attempt, 500));
    assertThat(used(fixture)).contains(BAD);

    hit(fixture, 1, attempt -> respond(attempt, 500));
    assertThat(used(fixture)).hasSize(3).doesNotContain(BAD);
  }

  @Test
  void aSuccessStartsTheCountAgain() {
    EngineFixture fixture = with(detection(3, 0, 100), 4);

    hit(fixture, 2, attempt -> respond(attempt, 500));
    hit(fixture, 1, attempt -> respond(attempt, 404));
    hit(fixture, 2, attempt -> respond(attempt, 500));

    assertThat(used(fixture)).contains(BAD);
  }

  @Test
  void anEjectionEndsByTheClockAndGrowsWithEachTime() {
    EngineFixture fixture = with(detection(1, 0, 100), 4);

    hit(fixture, 1, attempt -> respond(attempt, 500));
    fixture.clock.advance(SECOND.multipliedBy(30).minusNanos(1));
    assertThat(used(fixture)).doesNotContain(BAD);
    fixture.clock.advance(Duration.ofNanos(1));
    assertThat(used(fixture)).contains(BAD);

    hit(fixture, 1, attempt -> respond(attempt, 500));
    fixture.clock.advance(SECOND.multipliedBy(59));
    assertThat(used(fixture)).doesNotContain(BAD);
    fixture.clock.advance(SECOND);
    assertThat(used(fixture)).contains(BAD);
  }

  @Test
  void timeWithoutErrorsShortensTheNextEjection() {
    EngineFixture fixture = with(detection(1, 0, 100), 4);
    hit(fixture, 1, attempt -> respond(attempt, 500));
    fixture.clock.advance(SECOND.multipliedBy(60));

    hit(fixture, 1, attempt -> respond(attempt, 500));
    fixture.clock.advance(SECOND.multipliedBy(30));

    assertThat(used(fixture)).contains(BAD);
  }

  @Test
  void noEjectionIsLongerThanTheLongest() {
    OutlierDetection detection = new OutlierDetection(1, 0, 0, seconds(30), seconds(40), 100, 0);
    EngineFixture fixture = with(detection, 4);

    for (int i = 0; i < 5; i++) {
      hit(fixture, 1, attempt -> respond(attempt, 500));
      assertThat(used(fixture)).doesNotContain(BAD);
      fixture.clock.advance(SECOND.multipliedBy(40));
      assertThat(used(fixture)).contains(BAD);
    }
  }

  @Test
  void oneMayAlwaysBeEjectedAndOthersUpToThePercentage() {
    EngineFixture fixture = with(detection(1, 0, 25), 4);

    for (int i = 0; i < 20; i++) {
      fixture.send(REQUEST, 500);
    }

    assertThat(used(fixture)).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 503, 504})
  void gatewayErrorsCountByThemselves(int status) {
    EngineFixture fixture = with(detection(0, 2, 100), 4);

    hit(fixture, 1, attempt -> respond(attempt, status));
    hit(fixture, 1, attempt -> respond(attempt, 500));
    hit(fixture, 1, attempt -> respond(attempt, status));
    assertThat(used(fixture)).contains(BAD);

    hit(fixture, 1, attempt -> respond(attempt, status));
    assertThat(used(fixture)).doesNotContain(BAD);
  }

  @ParameterizedTest
  @EnumSource(names = {"CONNECT", "RESET", "REFUSED_STREAM", "TIMEOUT"})
  void failuresOfTheTransportCountAsGatewayErrors(Failure failure) {
    EngineFixture fixture = with(detection(0, 1, 100), 4);

    hit(fixture, 1, attempt -> attempt.failed(failure));

    assertThat(used(fixture)).doesNotContain(BAD);
  }

  @ParameterizedTest
  @EnumSource(names = {"APPLICATION_TIMEOUT", "CANCELLED", "OTHER"})
  void whatTheApplicationEndedDoesNotCount(Failure failure) {
    EngineFixture fixture = with(detection(1, 1, 100), 4);

    hit(fixture, 1, attempt -> attempt.failed(failure));

    assertThat(used(fixture)).contains(BAD);
  }

  @Test
  void aGrpcStatusCountsAsTheHttpStatusOfTheSameMeaning() {
    EngineFixture fixture = with(detection(1, 0, 100), 4);

    hit(fixture, 1, attempt -> attempt.headers(200, 5, Map.<String, String>of(), Map::get));
    assertThat(used(fixture)).contains(BAD);
    hit(fixture, 1, attempt -> attempt.headers(200, 14, Map.<String, String>of(), Map::get));
    assertThat(used(fixture)).doesNotContain(BAD);
  }

  @Test
  void anEjectionOutlivesAPushAndIsSeenByCallsOfBothSnapshots() {
    EngineFixture fixture = with(detection(1, 0, 100), 4);
    Attempt before = toBad(fixture);
    fixture.engine.apply(mesh(detection(1, 0, 100), 5));

    respond(before, 500);

    assertThat(used(fixture)).hasSize(4).doesNotContain(BAD);
    fixture.engine.apply(mesh(detection(1, 0, 100), 6));
    assertThat(used(fixture)).hasSize(5).doesNotContain(BAD);
  }

  @Test
  void belowTheHealthyPercentageEjectionsAreIgnored() {
    OutlierDetection detection = new OutlierDetection(1, 0, 0, seconds(30), seconds(300), 100, 50);
    EngineFixture fixture = with(detection, 4);
    for (int i = 0; i < 3; i++) {
      fixture.send(REQUEST, 500);
    }

    assertThat(used(fixture)).hasSize(4);
  }

  private static OutlierDetection detection(int errors, int gatewayErrors, int maxPercent) {
    return new OutlierDetection(
        errors, gatewayErrors, seconds(10), seconds(30), seconds(300), maxPercent, 0);
  }

  private static EngineFixture with(OutlierDetection detection, int endpoints) {
    EngineFixture fixture = new EngineFixture(mesh(detection, endpoints));
    fixture.clock.advance(SECOND.multipliedBy(5)); // to 0: ejections end on multiples of 10 s
    return fixture;
  }

  private static MeshConfig mesh(OutlierDetection detection, int endpoints) {
    return new Mesh()
        .host("orders", Mesh.to("orders"))
        .cluster(
            new ClusterConfig(
                "orders",
                Discovery.ENDPOINTS,
                Mesh.endpoints(endpoints),
                LoadBalancing.ROUND_ROBIN,
                0,
                CircuitBreakers.UNLIMITED,
                detection,
                "",
                ""))
        .build();
  }

  /** Gives results to attempts that go to the bad endpoint; others just end. */
  private static void hit(EngineFixture fixture, int times, Consumer<Attempt> result) {
    for (int i = 0; i < times; i++) {
      Attempt attempt = toBad(fixture);
      result.accept(attempt);
      attempt.end(Ending.COMPLETE);
    }
  }

  private static Attempt toBad(EngineFixture fixture) {
    Attempt attempt = fixture.attempt(REQUEST);
    while (!addressOf(attempt).equals(BAD)) {
      attempt.end(Ending.COMPLETE);
      attempt = fixture.attempt(REQUEST);
    }
    return attempt;
  }

  private static Set<String> used(EngineFixture fixture) {
    Set<String> used = new TreeSet<>();
    for (int i = 0; i < 40; i++) {
      Attempt attempt = fixture.attempt(REQUEST);
      used.add(addressOf(attempt));
      attempt.end(Ending.COMPLETE);
    }
    return used;
  }

  private static long seconds(int seconds) {
    return SECOND.multipliedBy(seconds).toNanos();
  }
}
