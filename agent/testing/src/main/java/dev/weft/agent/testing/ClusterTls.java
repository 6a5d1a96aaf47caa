/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/** How a cluster of a {@link TestMesh} is secured, as Istio says it. */
public final class ClusterTls {
  private static final Struct OFFER =
      Struct.newBuilder()
          .putFields(
              ResourceNames.TLS_MODE,
              Value.newBuilder().setStringValue(ResourceNames.TLS_MODE_ISTIO).build())
          .build();

  private ClusterTls() {}

  /** Demands TLS with a peer, as a DestinationRule's ISTIO_MUTUAL does. */
  public static void secure(Cluster.Builder cluster, String spiffeId) {
    cluster.setTransportSocket(socket(spiffeId));
  }

  /** Like the shorter form, and asks for a server name (SNI). */
  public static void secure(Cluster.Builder cluster, String spiffeId, String serverName) {
    cluster.setTransportSocket(socket(spiffeId, serverName));
  }

  /**
   * Speaks TLS with endpoints that offer it, as mutual TLS by itself does.
   *
   * @param offers whether the cluster's first endpoint does
   */
  public static void secureIfOffered(Cluster.Builder cluster, String spiffeId, boolean offers) {
    cluster
        .addTransportSocketMatches(
            Cluster.TransportSocketMatch.newBuilder()
                .setName("tlsMode-istio")
                .setMatch(OFFER)
                .setTransportSocket(socket(spiffeId)))
        .addTransportSocketMatches(
            Cluster.TransportSocketMatch.newBuilder()
                .setName("tlsMode-disabled")
                .setMatch(Struct.getDefaultInstance())
                .setTransportSocket(
                    TransportSocket.newBuilder().setName("envoy.transport_sockets.raw_buffer")));
    if (offers) {
      LbEndpoint.Builder endpoint =
          cluster.getLoadAssignmentBuilder().getEndpointsBuilder(0).getLbEndpointsBuilder(0);
      endpoint.setMetadata(
          Metadata.newBuilder().putFilterMetadata(ResourceNames.SOCKET_MATCH_METADATA, OFFER));
    }
  }

  private static TransportSocket socket(String spiffeId) {
    return socket(spiffeId, "outbound_.80_._.orders.shop.svc.cluster.local");
  }

  private static TransportSocket socket(String spiffeId, String serverName) {
    UpstreamTlsContext context =
        UpstreamTlsContext.newBuilder()
            .setSni(serverName)
            .setCommonTlsContext(
                CommonTlsContext.newBuilder()
                    .addTlsCertificateSdsSecretConfigs(
                        SdsSecretConfig.newBuilder().setName("default"))
                    .setCombinedValidationContext(
                        CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                            .setDefaultValidationContext(
                                CertificateValidationContext.newBuilder()
                                    .addMatchTypedSubjectAltNames(
                                        SubjectAltNameMatcher.newBuilder()
                                            .setSanType(SubjectAltNameMatcher.SanType.URI)
                                            .setMatcher(
                                                StringMatcher.newBuilder().setExact(spiffeId))))
                            .setValidationContextSdsSecretConfig(
                                SdsSecretConfig.newBuilder().setName("ROOTCA"))))
            .build();
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets.tls")
        .setTypedConfig(
            Any.newBuilder().setTypeUrl(TypeUrls.UPSTREAM_TLS).setValue(context.toByteString()))
        .build();
  }
}
