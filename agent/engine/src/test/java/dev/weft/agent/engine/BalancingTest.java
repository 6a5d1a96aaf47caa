/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.EngineFixture.addressOf;
import static dev.weft.agent.engine.EngineFixture.nextReply;
import static dev.weft.agent.engine.Mesh.PORT;
import static dev.weft.agent.engine.Mesh.clusterConfig;
import static dev.weft.agent.engine.Mesh.endpoint;
import static dev.weft.agent.engine.Mesh.endpoints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.ClusterConfig.OutlierDetection;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.RouteAction.HashPolicy;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Attempt.Ending;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BalancingTest {
  private static final StubRequest REQUEST = StubRequest.get("orders", PORT, "/");
  private static final int CALLS = 10_000;

  @Test
  void roundRobinTakesTurns() {
    EngineFixture fixture = with(LoadBalancing.ROUND_ROBIN, endpoints(3));

    List<String> order = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      order.add(fixture.send(REQUEST, 200));
    }

    assertThat(order)
        .containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1", "10.0.0.2", "10.0.0.3");
  }

  @Test
  void roundRobinGoesOnWhereItWasAfterAPush() {
    EngineFixture fixture = with(LoadBalancing.ROUND_ROBIN, endpoints(2));
    Map<String, Integer> counts = new TreeMap<>();

    for (int i = 0; i < 10; i++) {
      counts.merge(fixture.send(REQUEST, 200), 1, Integer::sum);
      List<EndpointConfig> labelled = new ArrayList<>();
      for (EndpointConfig endpoint : endpoints(2)) {
        labelled.add(labelled(endpoint, i));
      }
      fixture.engine.apply(mesh(clusterConfig("orders", LoadBalancing.ROUND_ROBIN, labelled)));
    }

    assertThat(counts).hasToString("{10.0.0.1=5, 10.0.0.2=5}");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM"})
  void weightsDivideTheLoad(LoadBalancing balancing) {
    EngineFixture fixture =
        with(
            balancing,
            List.of(weighted("10.0.0.1", 6), weighted("10.0.0.2", 3), weighted("10.0.0.3", 1)));

    Map<String, Double> shares = shares(fixture);

    assertThat(shares.get("10.0.0.1")).isCloseTo(0.6, within(0.03));
    assertThat(shares.get("10.0.0.2")).isCloseTo(0.3, within(0.03));
    assertThat(shares.get("10.0.0.3")).isCloseTo(0.1, within(0.03));
  }

  @Test
  void weightedRoundRobinIsExactOverARound() {
    EngineFixture fixture =
        with(LoadBalancing.ROUND_ROBIN, List.of(weighted("10.0.0.1", 3), weighted("10.0.0.2", 1)));
    Map<String, Integer> counts = new TreeMap<>();

    for (int i = 0; i < 400; i++) {
      counts.merge(fixture.send(REQUEST, 200), 1, Integer::sum);
    }

    assertThat(counts).hasToString("{10.0.0.1=300, 10.0.0.2=100}");
  }

  @ParameterizedTest
  @EnumSource(names = {"LEAST_REQUEST", "RANDOM"})
  void equalEndpointsTakeEqualLoad(LoadBalancing balancing) {
    assertThat(shares(with(balancing, endpoints(4))).values())
        .hasSize(4)
        .allSatisfy(share -> assertThat(share).isCloseTo(0.25, within(0.02)));
  }

  @Test
  void leastRequestPrefersTheLessLoadedOfTwo() {
    EngineFixture fixture = with(LoadBalancing.LEAST_REQUEST, endpoints(2));
    String busy = addressOf(fixture.attempt(REQUEST)); // stays under way

    for (int i = 0; i < 20; i++) {
      assertThat(fixture.send(REQUEST, 200)).isNotEqualTo(busy);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void consistentHashingKeepsMostKeysWhenAnEndpointGoes(LoadBalancing balancing) {
    EngineFixture fixture = hashing(balancing, endpoints(5));
    Map<String, String> before = byKey(fixture);
    Map<String, Integer> counts = new HashMap<>();
    before.values().forEach(address -> counts.merge(address, 1, Integer::sum));
    assertThat(counts).hasSize(5);
    assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(250, 550));
    assertThat(byKey(fixture)).isEqualTo(before);

    fixture.engine.apply(hashingMesh(clusterConfig("orders", balancing, endpoints(4))));

    Map<String, String> after = byKey(fixture);
    long moved =
        before.entrySet().stream()
            .filter(entry -> !entry.getValue().equals("10.0.0.5"))
            .filter(entry -> !entry.getValue().equals(after.get(entry.getKey())))
            .count();
    assertThat(moved).isLessThan(300); // by a plain remainder 1200 of 1600 would move
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void consistentHashingStepsOverTheUnhealthyAndMovesNoOtherKey(LoadBalancing balancing) {
    Map<String, String> before = byKey(hashing(balancing, endpoints(4)));
    List<EndpointConfig> oneDown = new ArrayList<>(endpoints(4));
    oneDown.set(0, unhealthy("10.0.0.1"));

    Map<String, String> after = byKey(hashing(balancing, oneDown));

    assertThat(after).doesNotContainValue("10.0.0.1");
    before.forEach(
        (key, address) -> {
          if (!address.equals("10.0.0.1")) {
            assertThat(after).containsEntry(key, address);
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"RING_HASH", "MAGLEV"})
  void consistentHashingHeedsWeights(LoadBalancing balancing) {
    EngineFixture fixture =
        hashing(balancing, List.of(weighted("10.0.0.1", 3), weighted("10.0.0.2", 1)));

    long heavy = byKey(fixture).values().stream().filter("10.0.0.1"::equals).count();

    assertThat(heavy).isBetween(1350L, 1650L);
  }

  @Test
  void cookiesAndQueryParametersAreHashedAndOtherwiseChanceDecides() {
    EngineFixture fixture =
        new Forwards()
            .hash(new HashPolicy.Cookie("id"), new HashPolicy.QueryParameter("u"))
            .fixture(
                new Mesh().cluster(clusterConfig("orders", LoadBalancing.RING_HASH, endpoints(8))));
    StubRequest cookie = REQUEST.with("cookie", "a=1; id=7; b=2");
    StubRequest query = StubRequest.get("orders", PORT, "/?u=7");

    assertThat(distinct(fixture, cookie)).isEqualTo(1);
    assertThat(distinct(fixture, query)).isEqualTo(1);
    assertThat(distinct(fixture, REQUEST)).isGreaterThan(4);
  }

  @Test
  void theCallersOwnAddressIsTheSameForAllCalls() {
    EngineFixture fixture =
        new Forwards()
            .hash(new HashPolicy.SourceIp())
            .fixture(
                new Mesh().cluster(clusterConfig("orders", LoadBalancing.MAGLEV, endpoints(8))));

    assertThat(distinct(fixture, REQUEST)).isEqualTo(1);
  }

  @Test
  void theNextPriorityTakesWhatTheFirstCannot() {
    List<EndpointConfig> all = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      all.add(new EndpointConfig("10.0.0." + i, 80, 1, 0, "", 0, i <= 2, "", Map.of()));
      all.add(new EndpointConfig("10.0.1." + i, 80, 1, 1, "", 0, true, "", Map.of()));
    }

    Map<String, Double> shares = shares(with(LoadBalancing.RANDOM, all));

    // half of the first priority is healthy: 1.4 × 50 % = 70 %
    assertThat(shares.get("10.0.0.1")).isCloseTo(0.35, within(0.02));
    assertThat(shares.get("10.0.0.2")).isCloseTo(0.35, within(0.02));
    assertThat(shares).hasSize(6);
  }

  @Test
  void aHealthyFirstPriorityTakesAll() {
    List<EndpointConfig> all =
        List.of(
            endpoint("10.0.0.1"),
            new EndpointConfig("10.0.1.1", 80, 1, 1, "", 0, true, "", Map.of()));

    assertThat(shares(with(LoadBalancing.ROUND_ROBIN, all))).containsOnlyKeys("10.0.0.1");
  }

  @Test
  void localitiesTakeLoadByTheirWeight() {
    List<EndpointConfig> all = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      all.add(new EndpointConfig("10.0.0." + i, 80, 1, 0, "a", 80, i <= 2, "", Map.of()));
    }
    all.add(new EndpointConfig("10.0.1.1", 80, 1, 0, "b", 20, true, "", Map.of()));

    Map<String, Double> shares = shares(with(LoadBalancing.ROUND_ROBIN, all));

    // a: 80 × min(1, 1.4 × 1/2) = 56, b: 20
    assertThat(shares.get("10.0.1.1")).isCloseTo(20.0 / 76, within(0.02));
  }

  @Test
  void inAPanicAllTakeLoad() {
    List<EndpointConfig> all =
        List.of(unhealthy("10.0.0.1"), unhealthy("10.0.0.2"), endpoint("10.0.0.3"));

    assertThat(shares(with(LoadBalancing.ROUND_ROBIN, all))).hasSize(3);
  }

  @Test
  void withoutAPanicThresholdOnlyTheHealthyTakeLoad() {
    OutlierDetection neverPanics = new OutlierDetection(5, 0, 0, 1, 1, 100, 0);
    List<EndpointConfig> all = List.of(unhealthy("10.0.0.1"), unhealthy("10.0.0.2"));
    EngineFixture fixture =
        new EngineFixture(
            mesh(
                new ClusterConfig(
                    "orders",
                    Discovery.ENDPOINTS,
                    all,
                    LoadBalancing.ROUND_ROBIN,
                    0,
                    ClusterConfig.CircuitBreakers.UNLIMITED,
                    neverPanics,
                    "",
                    "")));

    assertThat(nextReply(fixture.call(REQUEST)).flag()).isEqualTo("UH");
  }

  @Test
  void theAddressHasTheNameThatTheApplicationUsed() {
    EngineFixture fixture =
        new EngineFixture(
            new Mesh()
                .host(PORT, List.of("orders", "orders.shop"), Mesh.to("orders"))
                .cluster(
                    clusterConfig("orders", LoadBalancing.RANDOM, List.of(endpoint("fd00::1")))));

    Attempt shortName = fixture.attempt(REQUEST);
    Attempt longName = fixture.attempt(StubRequest.get("orders.shop", PORT, "/"));

    assertThat(String.valueOf(shortName.address())).startsWith("orders/");
    assertThat(String.valueOf(longName.address())).startsWith("orders.shop/");
    assertThat(shortName.connectionKey()).isEqualTo("ip-fd00--1-9000.weft");
  }

  private static int distinct(EngineFixture fixture, StubRequest request) {
    return (int)
        IntStream.range(0, 50).mapToObj(i -> fixture.send(request, 200)).distinct().count();
  }

  private static Map<String, Double> shares(EngineFixture fixture) {
    Map<String, Double> shares = new TreeMap<>();
    for (int i = 0; i < CALLS; i++) {
      Attempt attempt = fixture.attempt(REQUEST);
      attempt.end(Ending.COMPLETE);
      shares.merge(addressOf(attempt), 1.0 / CALLS, Double::sum);
    }
    return shares;
  }

  private static Map<String, String> byKey(EngineFixture fixture) {
    Map<String, String> byKey = new HashMap<>();
    for (int i = 0; i < 2000; i++) {
      byKey.put("user-" + i, fixture.send(REQUEST.with("x-user", "user-" + i), 200));
    }
    return byKey;
  }

  private static EngineFixture hashing(LoadBalancing balancing, List<EndpointConfig> all) {
    return new EngineFixture(hashingMesh(clusterConfig("orders", balancing, all)));
  }

  private static MeshConfig hashingMesh(ClusterConfig cluster) {
    return new Mesh()
        .cluster(cluster)
        .host("orders", new Forwards().hash(new HashPolicy.Header("x-user")).build())
        .build();
  }

  private static EngineFixture with(LoadBalancing balancing, List<EndpointConfig> all) {
    return new EngineFixture(mesh(clusterConfig("orders", balancing, all)));
  }

  private static MeshConfig mesh(ClusterConfig cluster) {
    return new Mesh().cluster(cluster).host("orders", Mesh.to("orders")).build();
  }

  private static EndpointConfig weighted(String address, int weight) {
    return new EndpointConfig(address, 80, weight, 0, "", 0, true, "", Map.of());
  }

  private static EndpointConfig unhealthy(String address) {
    return new EndpointConfig(address, 9000, 1, 0, "", 0, false, "", Map.of());
  }

  private static EndpointConfig labelled(EndpointConfig endpoint, int number) {
    return new EndpointConfig(
        endpoint.address(), 9000, 1, 0, "", 0, true, "", Map.of("push", "" + number));
  }
}
