/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.ClusterConfig.OutlierDetection;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.protocol.lite.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster;
import dev.weft.protocol.lite.envoy.config.cluster.v3.LoadBalancingPolicy;
import dev.weft.protocol.lite.envoy.config.core.v3.Locality;
import dev.weft.protocol.lite.envoy.config.core.v3.Metadata;
import dev.weft.protocol.lite.envoy.config.core.v3.RoutingPriority;
import dev.weft.protocol.lite.envoy.config.core.v3.TransportSocket;
import dev.weft.protocol.lite.envoy.config.core.v3.TypedExtensionConfig;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.ClusterLoadAssignment;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.LocalityLbEndpoints;
import dev.weft.protocol.lite.envoy.type.v3.Percent;
import dev.weft.protocol.lite.protobuf.Any;
import dev.weft.protocol.lite.protobuf.ListValue;
import dev.weft.protocol.lite.protobuf.Struct;
import dev.weft.protocol.lite.protobuf.UInt64Value;
import dev.weft.protocol.lite.protobuf.Value;
import dev.weft.protocol.names.TypeUrls;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Clusters and their endpoints. */
class ClusterTranslationTest {
  private static final String NAME = "outbound|80|v1|orders.shop.svc.cluster.local";
  private static final String POLICIES =
      "type.googleapis.com/envoy.extensions.load_balancing_policies.";

  @Test
  void aClusterThatSaysNothingHasEnvoysDefaults() {
    ClusterConfig cluster = Pushed.of(Xds.edsCluster(NAME).build()).cluster(NAME);

    assertThat(cluster)
        .isEqualTo(
            new ClusterConfig(
                NAME,
                Discovery.ENDPOINTS,
                List.of(),
                LoadBalancing.ROUND_ROBIN,
                5_000_000_000L,
                new CircuitBreakers(1024, 1024, 3, 1024),
                null,
                "orders.shop.svc.cluster.local",
                "v1"));
  }

  @Test
  void endpointsComeByTheNameThatTheClusterAsksBy() {
    Pushed pushed =
        Pushed.of(
            Xds.edsCluster(NAME)
                .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setServiceName("e"))
                .build(),
            Xds.endpoints("e", "10.0.0.1", "fd00::1").build());

    assertThat(pushed.cluster(NAME).endpoints())
        .extracting(EndpointConfig::address)
        .containsExactly("10.0.0.1", "fd00::1");
  }

  @Test
  void readsAllThatIsSaidOfAnEndpoint() {
    ClusterLoadAssignment assignment =
        ClusterLoadAssignment.newBuilder()
            .setClusterName(NAME)
            .addEndpoints(
                LocalityLbEndpoints.newBuilder()
                    .setLocality(Locality.newBuilder().setRegion("eu").setZone("a"))
                    .setLoadBalancingWeight(Xds.number(7))
                    .setPriority(1)
                    .addLbEndpoints(
                        Xds.endpoint("10.0.0.1", 8080)
                            .setLoadBalancingWeight(Xds.number(3))
                            .setHealthStatusValue(2)
                            .setMetadata(
                                Metadata.newBuilder()
                                    .putFilterMetadata(
                                        "weft",
                                        struct(
                                            "instance",
                                            text("orders-1"),
                                            "labels",
                                            Value.newBuilder()
                                                .setStructValue(
                                                    Struct.newBuilder()
                                                        .putFields("version", text("v1")))
                                                .build())))))
            .build();

    assertThat(Pushed.of(Xds.edsCluster(NAME).build(), assignment).cluster(NAME).endpoints())
        .containsExactly(
            new EndpointConfig(
                "10.0.0.1", 8080, 3, 1, "eu/a", 7, false, "orders-1", Map.of("version", "v1")));
  }

  @ParameterizedTest
  @MethodSource("healths")
  void unknownAndDegradedEndpointsCountAsHealthy(int status, boolean healthy) {
    ClusterLoadAssignment.Builder assignment = Xds.endpoints(NAME, "10.0.0.1");
    assignment.setEndpoints(
        0,
        assignment.getEndpoints(0).toBuilder()
            .setLbEndpoints(0, Xds.endpoint("10.0.0.1", 8080).setHealthStatusValue(status)));

    assertThat(
            Pushed.of(Xds.edsCluster(NAME).build(), assignment.build())
                .cluster(NAME)
                .endpoints()
                .get(0)
                .healthy())
        .isEqualTo(healthy);
  }

  static Stream<Arguments> healths() {
    return Stream.of(
        argumentSet("UNKNOWN", 0, true),
        argumentSet("HEALTHY", 1, true),
        argumentSet("UNHEALTHY", 2, false),
        argumentSet("DRAINING", 3, false),
        argumentSet("TIMEOUT", 4, false),
        argumentSet("DEGRADED", 5, true));
  }

  @Test
  void aStaticClusterBringsItsEndpoints() {
    Cluster cluster =
        Xds.edsCluster(NAME)
            .setType(Cluster.DiscoveryType.STATIC)
            .setLoadAssignment(Xds.endpoints(NAME, "10.0.0.9"))
            .build();

    assertThat(Pushed.of(cluster).cluster(NAME).endpoints()).hasSize(1);
  }

  @Test
  void originalDestinationMeansTheApplicationsOwnDns() {
    Cluster cluster =
        Xds.edsCluster("PassthroughCluster")
            .setType(Cluster.DiscoveryType.ORIGINAL_DST)
            .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
            .build();

    assertThat(Pushed.of(cluster).cluster("PassthroughCluster").discovery())
        .isEqualTo(Discovery.ORIGINAL_DST);
  }

  @Test
  void namesAreResolvedElsewhere() {
    XdsTable table = new XdsTable();
    table.put(
        Xds.resource(
            Xds.edsCluster(NAME)
                .setType(Cluster.DiscoveryType.STRICT_DNS)
                .setDnsLookupFamily(Cluster.DnsLookupFamily.V4_ONLY)
                .setLoadAssignment(Xds.endpoints(NAME, "db.example"))
                .build(),
            "1"));
    DnsName name = new DnsName("db.example", DnsName.Family.V4_ONLY);

    assertThat(table.dnsNames()).containsExactly(name);
    assertThat(
            table
                .config(asked -> asked.equals(name) ? List.of("10.1.1.1", "10.1.1.2") : List.of())
                .clusters()
                .values())
        .singleElement()
        .satisfies(
            cluster ->
                assertThat(cluster.endpoints())
                    .extracting(EndpointConfig::address, EndpointConfig::hostName)
                    .containsExactly(
                        tuple("10.1.1.1", "db.example"), tuple("10.1.1.2", "db.example")));
  }

  @ParameterizedTest
  @EnumSource(
      value = Cluster.LbPolicy.class,
      names = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "RING_HASH", "MAGLEV"})
  void readsTheBalancingPolicy(Cluster.LbPolicy policy) {
    assertThat(
            Pushed.of(Xds.edsCluster(NAME).setLbPolicy(policy).build())
                .cluster(NAME)
                .loadBalancing()
                .name())
        .isEqualTo(policy.name());
  }

  @Test
  void theFirstKnownExtensionOfBalancingCounts() {
    Cluster.Builder cluster = Xds.edsCluster(NAME).setLbPolicy(Cluster.LbPolicy.RANDOM);
    cluster.setLoadBalancingPolicy(
        policies(
            "type.googleapis.com/my.Policy",
            POLICIES + "least_request.v3.LeastRequest",
            POLICIES + "maglev.v3.Maglev"));

    assertThat(Pushed.of(cluster.build()).cluster(NAME).loadBalancing())
        .isEqualTo(LoadBalancing.LEAST_REQUEST);
  }

  @Test
  void circuitBreakersOfTheDefaultPriorityCountAndTheRestHasEnvoysDefaults() {
    Cluster.Builder cluster = Xds.edsCluster(NAME);
    cluster.setCircuitBreakers(
        dev.weft.protocol.lite.envoy.config.cluster.v3.CircuitBreakers.newBuilder()
            .addThresholds(
                Thresholds.newBuilder()
                    .setPriority(RoutingPriority.HIGH)
                    .setMaxRequests(Xds.number(1)))
            .addThresholds(
                Thresholds.newBuilder()
                    .setMaxRequests(Xds.number(10))
                    .setMaxConnections(Xds.number(-1))));

    assertThat(Pushed.of(cluster.build()).cluster(NAME).circuitBreakers())
        .isEqualTo(new CircuitBreakers(10, 1024, 3, Integer.MAX_VALUE));
  }

  @Test
  void aRetryBudgetHasEnvoysDefaults() {
    Cluster.Builder cluster = Xds.edsCluster(NAME);
    cluster.setCircuitBreakers(
        dev.weft.protocol.lite.envoy.config.cluster.v3.CircuitBreakers.newBuilder()
            .addThresholds(
                Thresholds.newBuilder()
                    .setRetryBudget(Thresholds.RetryBudget.getDefaultInstance())));

    assertThat(Pushed.of(cluster.build()).cluster(NAME).circuitBreakers().retryBudget())
        .isEqualTo(new ClusterConfig.RetryBudget(20, 3));
  }

  @Test
  void theSizeOfATableIsReadAndHasToBeAPrimeForMaglev() {
    Cluster.Builder ring =
        Xds.edsCluster(NAME)
            .setLbPolicy(Cluster.LbPolicy.RING_HASH)
            .setRingHashLbConfig(
                Cluster.RingHashLbConfig.newBuilder().setMinimumRingSize(wide(2048)));
    assertThat(Pushed.of(ring.build()).cluster(NAME).hashTableSize()).isEqualTo(2048);
    assertThat(Pushed.of(maglev(4099)).cluster(NAME).hashTableSize()).isEqualTo(4099);

    assertThat(Pushed.of(maglev(4096)).problem().reason())
        .isEqualTo("maglev_lb_config.table_size: 4096 (expected: a prime up to 5000011)");
  }

  private static Cluster maglev(long size) {
    return Xds.edsCluster(NAME)
        .setLbPolicy(Cluster.LbPolicy.MAGLEV)
        .setMaglevLbConfig(Cluster.MaglevLbConfig.newBuilder().setTableSize(wide(size)))
        .build();
  }

  private static UInt64Value wide(long value) {
    return UInt64Value.newBuilder().setValue(value).build();
  }

  @Test
  void outlierDetectionHasEnvoysDefaults() {
    Cluster.Builder cluster = Xds.edsCluster(NAME);
    cluster.setOutlierDetection(
        dev.weft.protocol.lite.envoy.config.cluster.v3.OutlierDetection.getDefaultInstance());

    assertThat(Pushed.of(cluster.build()).cluster(NAME).outlierDetection())
        .isEqualTo(
            new OutlierDetection(5, 0, 10_000_000_000L, 30_000_000_000L, 300_000_000_000L, 10, 50));
  }

  @Test
  void readsOutlierDetection() {
    Cluster.Builder cluster = Xds.edsCluster(NAME);
    cluster.setOutlierDetection(
        dev.weft.protocol.lite.envoy.config.cluster.v3.OutlierDetection.newBuilder()
            .setConsecutive5Xx(Xds.number(3))
            .setEnforcingConsecutive5Xx(Xds.number(0))
            .setConsecutiveGatewayFailure(Xds.number(2))
            .setEnforcingConsecutiveGatewayFailure(Xds.number(100))
            .setInterval(Xds.millis(1000))
            .setBaseEjectionTime(Xds.millis(400_000))
            .setMaxEjectionPercent(Xds.number(80)));
    cluster.setCommonLbConfig(
        Cluster.CommonLbConfig.newBuilder().setHealthyPanicThreshold(Percent.getDefaultInstance()));

    assertThat(Pushed.of(cluster.build()).cluster(NAME).outlierDetection())
        .isEqualTo(
            new OutlierDetection(0, 2, 1_000_000_000L, 400_000_000_000L, 400_000_000_000L, 80, 0));
  }

  @Test
  void metricsLabelsComeFromIstiosMetadata() {
    Value service =
        Value.newBuilder()
            .setStructValue(Struct.newBuilder().putFields("host", text("orders.shop")))
            .build();
    Cluster cluster =
        Xds.edsCluster("other")
            .setMetadata(
                Metadata.newBuilder()
                    .putFilterMetadata(
                        "istio",
                        struct(
                            "services",
                            Value.newBuilder()
                                .setListValue(ListValue.newBuilder().addValues(service))
                                .build(),
                            "subset",
                            text("v9"))))
            .build();

    ClusterConfig translated = Pushed.of(cluster).cluster("other");

    assertThat(translated.service()).isEqualTo("orders.shop");
    assertThat(translated.subset()).isEqualTo("v9");
  }

  @ParameterizedTest
  @MethodSource("badClusters")
  void aBadValueIsNamedWithItsField(Consumer<Cluster.Builder> change, String reason) {
    Cluster.Builder cluster = Xds.edsCluster(NAME);
    change.accept(cluster);

    assertThat(Pushed.of(cluster.build()).problem())
        .isEqualTo(
            new ResourceProblem(TypeUrls.CLUSTER, NAME, ResourceProblem.State.REFUSED, reason));
  }

  static Stream<Arguments> badClusters() {
    return Stream.of(
        bad("type", c -> c.setTypeValue(42), "type: 42 (expected: a DiscoveryType, 0 to 4)"),
        bad(
            "custom type",
            c -> c.setClusterType(Cluster.CustomClusterType.newBuilder().setName("x")),
            "cluster_type: not supported by this agent"),
        bad("policy", c -> c.setLbPolicyValue(42), "lb_policy: 42 (expected: an LbPolicy, 0 to 7)"),
        bad(
            "connect timeout",
            c -> c.setConnectTimeout(Xds.millis(0)),
            "connect_timeout: 0s (expected: more than 0)"),
        bad(
            "TLS, which must not be left out",
            c ->
                c.setTransportSocket(
                    TransportSocket.newBuilder().setName("envoy.transport_sockets.tls")),
            "transport_socket: not supported by this agent"),
        bad(
            "share of ejections",
            c ->
                c.setOutlierDetection(
                    dev.weft.protocol.lite.envoy.config.cluster.v3.OutlierDetection.newBuilder()
                        .setMaxEjectionPercent(Xds.number(101))),
            "outlier_detection.max_ejection_percent: 101 (expected: 0 to 100)"),
        bad(
            "name in place of an address",
            c ->
                c.setType(Cluster.DiscoveryType.STATIC)
                    .setLoadAssignment(Xds.endpoints(NAME, "db.example")),
            "load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address:"
                + " db.example (expected: an IP address)"),
        bad(
            "port",
            c ->
                c.setType(Cluster.DiscoveryType.STATIC)
                    .setLoadAssignment(
                        ClusterLoadAssignment.newBuilder()
                            .addEndpoints(
                                LocalityLbEndpoints.newBuilder()
                                    .addLbEndpoints(Xds.endpoint("10.0.0.1", 0)))),
            "load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address"
                + ".port_value: 0 (expected: 1 to 65535)"));
  }

  private static Arguments bad(String name, Consumer<Cluster.Builder> change, String reason) {
    return argumentSet(name, change, reason);
  }

  private static LoadBalancingPolicy policies(String... typeUrls) {
    LoadBalancingPolicy.Builder policies = LoadBalancingPolicy.newBuilder();
    for (String typeUrl : typeUrls) {
      policies.addPolicies(
          LoadBalancingPolicy.Policy.newBuilder()
              .setTypedExtensionConfig(
                  TypedExtensionConfig.newBuilder()
                      .setTypedConfig(Any.newBuilder().setTypeUrl(typeUrl))));
    }
    return policies.build();
  }

  private static Struct struct(String key1, Value value1, String key2, Value value2) {
    return Struct.newBuilder().putFields(key1, value1).putFields(key2, value2).build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
