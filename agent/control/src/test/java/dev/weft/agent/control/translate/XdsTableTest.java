/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.MessageLite;
import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.MeshConfig;
import dev.weft.agent.engine.config.MeshConfig.OutboundPolicy;
import dev.weft.agent.engine.config.OutboundListener;
import dev.weft.protocol.lite.envoy.config.listener.v3.Filter;
import dev.weft.protocol.lite.envoy.config.listener.v3.FilterChain;
import dev.weft.protocol.lite.envoy.config.listener.v3.Listener;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The table of resources, and what they say together. */
class XdsTableTest {
  private final XdsTable table = new XdsTable();

  @Test
  void aListenerIsThereWhenItsRoutesAre() {
    put(Xds.listener(80).build(), "1");
    assertThat(config().listeners()).isEmpty();
    assertThat(table.routeNames()).containsExactly("80");

    put(Xds.routes(80, Xds.routeTo("a")).build(), "1");

    assertThat(config().listeners())
        .extracting(OutboundListener::name, OutboundListener::port)
        .containsExactly(tuple("0.0.0.0_80", 80));
  }

  @Test
  void theListenerForAllAddressesCountsBeforeOthersOfItsPort() {
    put(
        Xds.listener(80).setName("10.0.0.1_80").setAddress(Xds.address("10.0.0.1", 80)).build(),
        "1");
    put(Xds.listener(80).build(), "1");
    put(Xds.routes(80, Xds.routeTo("a")).build(), "1");

    assertThat(config().listeners())
        .extracting(OutboundListener::name)
        .containsExactly("0.0.0.0_80");
  }

  @Test
  void whatHasNoListenerGoesOutUnlessVirtualOutboundSaysOtherwise() {
    assertThat(config().outboundPolicy()).isEqualTo(OutboundPolicy.ALLOW_ANY);

    put(Xds.virtualOutbound(ResourceNames.BLACK_HOLE_CLUSTER), "1");
    assertThat(config().outboundPolicy()).isEqualTo(OutboundPolicy.REGISTRY_ONLY);

    put(Xds.virtualOutbound(ResourceNames.PASSTHROUGH_CLUSTER), "2");
    assertThat(config().outboundPolicy()).isEqualTo(OutboundPolicy.ALLOW_ANY);
  }

  @Test
  void virtualOutboundToAnotherClusterIsBad() {
    assertThat(put(Xds.virtualOutbound("other"), "1"))
        .extracting(ResourceProblem::reason)
        .isEqualTo(
            "default_filter_chain.filters[0].typed_config.cluster: other (expected:"
                + " PassthroughCluster or BlackHoleCluster)");
  }

  @Test
  void listenersForPlainTcpAreNoneOfOurs() {
    put(Listener.newBuilder().setName("tcp").build(), "1");

    assertThat(table.problems()).isEmpty();
    assertThat(table.routeNames()).isEmpty();
    assertThat(config().listeners()).isEmpty();
  }

  @Test
  void aListenerWithAFilterThatGuardsIsNotAppliedWithoutIt() {
    HttpConnectionManager guarded =
        HttpConnectionManager.newBuilder()
            .setRds(Rds.newBuilder().setRouteConfigName("80"))
            .addHttpFilters(HttpFilter.newBuilder().setName("envoy.filters.http.ext_authz"))
            .build();
    Listener listener =
        Xds.listener(80)
            .setFilterChains(
                0,
                FilterChain.newBuilder()
                    .addFilters(
                        Filter.newBuilder()
                            .setTypedConfig(Xds.any(TypeUrls.HTTP_CONNECTION_MANAGER, guarded))))
            .build();

    assertThat(put(listener, "1"))
        .extracting(ResourceProblem::state)
        .isEqualTo(ResourceProblem.State.REFUSED);
  }

  @Test
  void aBadVersionKeepsTheLastGoodOneAndTheOthersApply() {
    put(Xds.edsCluster("a").build(), "1");

    ResourceProblem problem = put(Xds.edsCluster("a").setLbPolicyValue(9).build(), "2");
    put(Xds.edsCluster("b").build(), "2");

    assertThat(problem)
        .extracting(ResourceProblem::state)
        .isEqualTo(ResourceProblem.State.KEPT_LAST_GOOD);
    assertThat(config().clusters()).containsOnlyKeys("a", "b");
    assertThat(table.versions(TypeUrls.CLUSTER)).containsEntry("a", "1").containsEntry("b", "2");
    assertThat(table.problems()).hasSize(1);
  }

  @Test
  void aProblemIsOverWhenAGoodVersionComes() {
    put(Xds.edsCluster("a").build(), "1");
    put(Xds.edsCluster("a").setLbPolicyValue(9).build(), "2");

    put(Xds.edsCluster("a").build(), "1");

    assertThat(table.problems()).isEmpty();
  }

  @Test
  void bytesThatAreNoMessageAreBad() {
    byte[] garbage = "not protobuf".getBytes(StandardCharsets.UTF_8);

    ResourceProblem problem = table.put(XdsResource.of(TypeUrls.CLUSTER, "a", "1", garbage));

    assertThat(problem)
        .extracting(ResourceProblem::reason)
        .asString()
        .contains("expected: a message that can be parsed");
  }

  @Test
  void aResourceUnderAnotherNameIsBad() {
    byte[] bytes = Xds.edsCluster("b").build().toByteArray();

    assertThat(table.put(XdsResource.of(TypeUrls.CLUSTER, "a", "1", bytes)))
        .extracting(ResourceProblem::reason)
        .isEqualTo("name: b (expected: the resource's name, a)");
  }

  @Test
  void aTypeThatIsNotKnownIsBad() {
    assertThat(table.put(XdsResource.of("type.googleapis.com/x.Y", "a", "1", new byte[0])))
        .extracting(ResourceProblem::state)
        .isEqualTo(ResourceProblem.State.REFUSED);
  }

  @Test
  void anUnchangedClusterIsTheSameObjectInTheNextConfiguration() {
    put(Xds.edsCluster("a").build(), "1");
    put(Xds.edsCluster("b").build(), "1");
    put(Xds.endpoints("a", "10.0.0.1").build(), "1");
    MeshConfig first = config();

    put(Xds.endpoints("b", "10.0.0.2").build(), "1");
    MeshConfig second = config();

    assertThat(second.clusters().get("a")).isSameAs(first.clusters().get("a"));
    assertThat(second.clusters().get("b")).isNotEqualTo(first.clusters().get("b"));
  }

  @Test
  void theVersionChangesWithTheContentAndComesBackWithIt() {
    String empty = table.version();
    put(Xds.edsCluster("a").build(), "1");
    String one = table.version();
    put(Xds.edsCluster("b").build(), "1");
    String two = table.version();

    table.remove(TypeUrls.CLUSTER, "b");
    assertThat(table.version()).isEqualTo(one);
    table.remove(TypeUrls.CLUSTER, "a");
    assertThat(table.version()).isEqualTo(empty);

    assertThat(two).isNotEqualTo(one).hasSize(12);
  }

  @Test
  void theVersionDoesNotDependOnTheOrder() {
    XdsTable other = new XdsTable();
    put(Xds.edsCluster("a").build(), "1");
    put(Xds.listener(80).build(), "1");

    other.put(Xds.resource(Xds.listener(80).build(), "1"));
    other.put(Xds.resource(Xds.edsCluster("a").build(), "1"));

    assertThat(other.version()).isEqualTo(table.version());
  }

  @Test
  void listsResourcesInTheOrderInWhichTheyAreApplied() {
    put(Xds.routes(80, Xds.routeTo("a")).build(), "1");
    put(Xds.listener(80).build(), "1");
    put(Xds.endpoints("a", "10.0.0.1").build(), "1");
    put(Xds.edsCluster("a").build(), "1");

    assertThat(table.resources())
        .extracting(XdsResource::typeUrl)
        .containsExactlyElementsOf(TypeUrls.MAKE_BEFORE_BREAK);
  }

  private @Nullable ResourceProblem put(MessageLite message, String version) {
    return table.put(Xds.resource(message, version));
  }

  private MeshConfig config() {
    return table.config(ResolvedNames.NONE);
  }
}
