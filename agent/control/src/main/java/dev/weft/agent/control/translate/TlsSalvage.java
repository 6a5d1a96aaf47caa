/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster;
import dev.weft.protocol.lite.envoy.config.core.v3.TransportSocket;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import dev.weft.protocol.lite.envoy.type.matcher.v3.StringMatcher;
import dev.weft.protocol.lite.protobuf.Any;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import org.jspecify.annotations.Nullable;

/**
 * Shuts a cluster for which TLS is ordered that cannot be done: who had it in plaintext before must
 * not go on like that.
 */
final class TlsSalvage {
  /** Distinguishes what is left from what was pushed under the same version. */
  private static final String VERSION_SUFFIX = "-shut";

  /** An identity that no CA gives: its trust domain cannot be one. */
  static final String NOBODY = "spiffe://-/nobody";

  private TlsSalvage() {}

  /**
   * Returns the cluster with an order of TLS that nobody can meet: the mesh's own, with an identity
   * that nobody has. Null if the resource is no cluster with TLS.
   */
  static @Nullable XdsResource shut(XdsResource resource) {
    if (!resource.typeUrl().equals(TypeUrls.CLUSTER)) {
      return null;
    }
    try {
      Cluster pushed = Cluster.parseFrom(resource.sharedBytes());
      if (!pushed.hasTransportSocket() && pushed.getTransportSocketMatchesCount() == 0) {
        return null;
      }
      Cluster shut =
          pushed.toBuilder().clearTransportSocketMatches().setTransportSocket(nobody()).build();
      return XdsResource.of(
          resource.typeUrl(),
          resource.name(),
          resource.version() + VERSION_SUFFIX,
          shut.toByteArray());
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static TransportSocket nobody() {
    UpstreamTlsContext context =
        UpstreamTlsContext.newBuilder()
            .setCommonTlsContext(
                CommonTlsContext.newBuilder()
                    .addTlsCertificateSdsSecretConfigs(
                        SdsSecretConfig.newBuilder().setName(ResourceNames.WORKLOAD_CERTIFICATE))
                    .setValidationContext(
                        CertificateValidationContext.newBuilder()
                            .addMatchTypedSubjectAltNames(
                                SubjectAltNameMatcher.newBuilder()
                                    .setSanType(SubjectAltNameMatcher.SanType.URI)
                                    .setMatcher(StringMatcher.newBuilder().setExact(NOBODY)))))
            .build();
    return TransportSocket.newBuilder()
        .setName(ResourceNames.TLS_SOCKET)
        .setTypedConfig(
            Any.newBuilder().setTypeUrl(TypeUrls.UPSTREAM_TLS).setValue(context.toByteString()))
        .build();
  }
}
