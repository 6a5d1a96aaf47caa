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
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.nio.file.Path;

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

  /**
   * Demands TLS with a server outside of the mesh, as a DestinationRule's SIMPLE does.
   *
   * @param authorities the file of the trusted CAs
   * @param name the server's, which is sent and checked
   */
  public static void originate(Cluster.Builder cluster, Path authorities, String name) {
    cluster.setTransportSocket(
        socket(name, CommonTlsContext.newBuilder().setValidationContext(only(authorities, name))));
  }

  /** Does that and shows a certificate, as MUTUAL does. */
  public static void originate(
      Cluster.Builder cluster, Path authorities, String name, Path chain, Path key) {
    cluster.setTransportSocket(
        socket(
            name,
            CommonTlsContext.newBuilder()
                .addTlsCertificates(
                    TlsCertificate.newBuilder()
                        .setCertificateChain(file(chain))
                        .setPrivateKey(file(key)))
                .setValidationContext(only(authorities, name))));
  }

  private static CertificateValidationContext only(Path authorities, String name) {
    return CertificateValidationContext.newBuilder()
        .setTrustedCa(file(authorities))
        .addMatchTypedSubjectAltNames(
            SubjectAltNameMatcher.newBuilder()
                .setSanType(SubjectAltNameMatcher.SanType.DNS)
                .setMatcher(StringMatcher.newBuilder().setExact(name)))
        .build();
  }

  private static DataSource file(Path path) {
    return DataSource.newBuilder().setFilename(path.toString()).build();
  }

  private static TransportSocket socket(String spiffeId) {
    return socket(spiffeId, "outbound_.80_._.orders.shop.svc.cluster.local");
  }

  private static TransportSocket socket(String spiffeId, String serverName) {
    return socket(
        serverName,
        CommonTlsContext.newBuilder()
            .addTlsCertificateSdsSecretConfigs(SdsSecretConfig.newBuilder().setName("default"))
            .setCombinedValidationContext(
                CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                    .setDefaultValidationContext(
                        CertificateValidationContext.newBuilder()
                            .addMatchTypedSubjectAltNames(
                                SubjectAltNameMatcher.newBuilder()
                                    .setSanType(SubjectAltNameMatcher.SanType.URI)
                                    .setMatcher(StringMatcher.newBuilder().setExact(spiffeId))))
                    .setValidationContextSdsSecretConfig(
                        SdsSecretConfig.newBuilder().setName("ROOTCA"))));
  }

  private static TransportSocket socket(String sni, CommonTlsContext.Builder common) {
    UpstreamTlsContext context =
        UpstreamTlsContext.newBuilder().setSni(sni).setCommonTlsContext(common).build();
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets.tls")
        .setTypedConfig(
            Any.newBuilder().setTypeUrl(TypeUrls.UPSTREAM_TLS).setValue(context.toByteString()))
        .build();
  }
}
