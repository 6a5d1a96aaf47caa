/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster;
import dev.weft.protocol.lite.envoy.config.core.v3.Metadata;
import dev.weft.protocol.lite.envoy.config.core.v3.TransportSocket;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.ClusterLoadAssignment;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.LocalityLbEndpoints;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import dev.weft.protocol.lite.envoy.type.matcher.v3.StringMatcher;
import dev.weft.protocol.lite.protobuf.Any;
import dev.weft.protocol.lite.protobuf.Struct;
import dev.weft.protocol.lite.protobuf.Value;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How connections to endpoints are secured. */
class TlsTranslationTest {
  private static final String NAME = "outbound|80||orders.shop.svc.cluster.local";
  private static final String ORDERS = "spiffe://mesh/ns/shop/sa/orders";

  @Test
  void orderedTlsHoldsForAllEndpoints() {
    ClusterConfig cluster =
        Pushed.of(Xds.edsCluster(NAME).setTransportSocket(mutual(ORDERS)).build(), endpoints())
            .cluster(NAME);

    assertThat(cluster.isTlsRequired()).isTrue();
    assertThat(cluster.endpoints())
        .extracting(EndpointConfig::tls)
        .containsExactly(tls(true), tls(true));
  }

  @Test
  void mutualTlsByItselfHoldsForEndpointsThatOfferIt() {
    ClusterConfig cluster =
        Pushed.of(
                Xds.edsCluster(NAME)
                    .addTransportSocketMatches(match(offer(), mutual(ORDERS)))
                    .addTransportSocketMatches(match(Struct.getDefaultInstance(), plaintext()))
                    .build(),
                endpoints())
            .cluster(NAME);

    assertThat(cluster.isTlsRequired()).isFalse();
    assertThat(cluster.endpoints())
        .extracting(EndpointConfig::tls)
        .containsExactly(tls(false), null);
  }

  @Test
  void clusterThatNamesNobodyExpectsWhoTheEndpointIs() {
    Struct own =
        Struct.newBuilder()
            .putFields(ResourceNames.IDENTITY, Value.newBuilder().setStringValue(ORDERS).build())
            .build();
    Metadata offering =
        Metadata.newBuilder()
            .putFilterMetadata(ResourceNames.SOCKET_MATCH_METADATA, offer())
            .putFilterMetadata(ResourceNames.WEFT_METADATA, own)
            .build();
    ClusterConfig cluster =
        Pushed.of(Xds.edsCluster(NAME).setTransportSocket(mutual()).build(), endpoints(offering))
            .cluster(NAME);

    assertThat(cluster.endpoints())
        .extracting(EndpointConfig::tls)
        .containsExactly(tls(true), new UpstreamTls.Mutual(Set.of(), "orders", true));
  }

  @Test
  void offerOfAnEndpointMeansNothingToAPlaintextCluster() {
    ClusterConfig cluster = Pushed.of(Xds.edsCluster(NAME).build(), endpoints()).cluster(NAME);

    assertThat(cluster.endpoints()).extracting(EndpointConfig::tls).containsOnlyNulls();
  }

  @Test
  void plaintextClusterIsShutByTlsThatCannotBeDone() {
    XdsTable table = new XdsTable();
    table.put(Xds.resource(Xds.edsCluster(NAME).build(), "1"));
    table.put(Xds.resource(endpoints(), "1"));

    ResourceProblem problem =
        Objects.requireNonNull(
            table.put(Xds.resource(Xds.edsCluster(NAME).setTransportSocket(empty()).build(), "2")));

    assertThat(problem.state()).isEqualTo(ResourceProblem.State.REFUSED);
    assertThat(problem.reason()).contains("common_tls_context").endsWith("may in plaintext");
    ClusterConfig cluster = cluster(table);
    assertThat(cluster.isTlsRequired()).isTrue();
    assertThat(cluster.endpoints())
        .extracting(EndpointConfig::tls)
        .containsOnly(new UpstreamTls.Mutual(Set.of(TlsSalvage.NOBODY), "", true));
  }

  @Test
  void securedClusterStaysAsItWasWithTlsThatCannotBeDone() {
    XdsTable table = new XdsTable();
    table.put(Xds.resource(Xds.edsCluster(NAME).setTransportSocket(mutual(ORDERS)).build(), "1"));
    table.put(Xds.resource(endpoints(), "1"));

    ResourceProblem problem =
        Objects.requireNonNull(
            table.put(Xds.resource(Xds.edsCluster(NAME).setTransportSocket(empty()).build(), "2")));

    assertThat(problem.state()).isEqualTo(ResourceProblem.State.KEPT_LAST_GOOD);
    assertThat(cluster(table).endpoints()).extracting(EndpointConfig::tls).containsOnly(tls(true));
  }

  private static ClusterConfig cluster(XdsTable table) {
    return Objects.requireNonNull(table.config(ResolvedNames.NONE).clusters().get(NAME));
  }

  /** TLS as the policy server orders it where a rule cannot be carried out. */
  private static TransportSocket empty() {
    return TransportSocket.newBuilder()
        .setName(ResourceNames.TLS_SOCKET)
        .setTypedConfig(Any.newBuilder().setTypeUrl(TypeUrls.UPSTREAM_TLS))
        .build();
  }

  private static UpstreamTls tls(boolean isRequired) {
    return new UpstreamTls.Mutual(Set.of(ORDERS), "orders", isRequired);
  }

  /** Returns one endpoint that offers TLS and one that does not. */
  private static ClusterLoadAssignment endpoints() {
    return endpoints(
        Metadata.newBuilder()
            .putFilterMetadata(ResourceNames.SOCKET_MATCH_METADATA, offer())
            .build());
  }

  private static ClusterLoadAssignment endpoints(Metadata offering) {
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(NAME)
        .addEndpoints(
            LocalityLbEndpoints.newBuilder()
                .addLbEndpoints(Xds.endpoint("10.0.0.1", 8080).setMetadata(offering))
                .addLbEndpoints(Xds.endpoint("10.0.0.2", 8080)))
        .build();
  }

  private static Struct offer() {
    return Struct.newBuilder()
        .putFields(
            ResourceNames.TLS_MODE,
            Value.newBuilder().setStringValue(ResourceNames.TLS_MODE_ISTIO).build())
        .build();
  }

  private static Cluster.TransportSocketMatch match(Struct match, TransportSocket socket) {
    return Cluster.TransportSocketMatch.newBuilder()
        .setMatch(match)
        .setTransportSocket(socket)
        .build();
  }

  private static TransportSocket plaintext() {
    return TransportSocket.newBuilder().setName("envoy.transport_sockets.raw_buffer").build();
  }

  private static TransportSocket mutual(String... spiffeIds) {
    CertificateValidationContext.Builder validation = CertificateValidationContext.newBuilder();
    for (String spiffeId : spiffeIds) {
      validation.addMatchTypedSubjectAltNames(
          SubjectAltNameMatcher.newBuilder()
              .setSanType(SubjectAltNameMatcher.SanType.URI)
              .setMatcher(StringMatcher.newBuilder().setExact(spiffeId)));
    }
    return socket(
        CommonTlsContext.newBuilder()
            .addTlsCertificateSdsSecretConfigs(SdsSecretConfig.newBuilder().setName("default"))
            .setValidationContext(validation)
            .build());
  }

  private static TransportSocket socket(CommonTlsContext common) {
    UpstreamTlsContext context =
        UpstreamTlsContext.newBuilder().setSni("orders").setCommonTlsContext(common).build();
    return TransportSocket.newBuilder()
        .setTypedConfig(
            Any.newBuilder().setTypeUrl(TypeUrls.UPSTREAM_TLS).setValue(context.toByteString()))
        .build();
  }
}
