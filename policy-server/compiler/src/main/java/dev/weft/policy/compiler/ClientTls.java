/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.TransportSocketMatch;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How connections to a host are secured: a DestinationRule's {@code tls}, or what holds without.
 *
 * @param mode by what
 * @param subjectAltNames the names of which an endpoint has to show one; empty for those that the
 *     service, or else each endpoint, has
 * @param sni the server name that is sent; empty for Istio's
 * @param origination with which certificates, for {@link Mode#ORIGINATE}; null for the mesh's own,
 *     or if what the rule says cannot be done
 */
record ClientTls(
    Mode mode, List<String> subjectAltNames, String sni, @Nullable TlsOrigination origination) {
  /** What Istio calls automatic mutual TLS. */
  static final ClientTls AUTOMATIC = new ClientTls(Mode.AS_OFFERED, List.of(), "", null);

  private static final String SPIFFE = "spiffe://";

  private static final TransportSocketMatch PLAINTEXT =
      TransportSocketMatch.newBuilder()
          .setName("tlsMode-disabled")
          .setMatch(Protos.struct(Map.of()))
          .setTransportSocket(
              TransportSocket.newBuilder()
                  .setName(ResourceNames.RAW_BUFFER_SOCKET)
                  .setTypedConfig(Protos.any(TypeUrls.RAW_BUFFER, RawBuffer.getDefaultInstance())))
          .build();

  ClientTls {
    subjectAltNames = List.copyOf(subjectAltNames);
  }

  /** What is spoken. */
  enum Mode {
    /** Plaintext. */
    DISABLE,
    /** The mesh's mutual TLS with the endpoints that offer it, plaintext with the others. */
    AS_OFFERED,
    /** The mesh's mutual TLS. */
    ISTIO_MUTUAL,
    /** TLS with certificates from outside of the mesh. */
    ORIGINATE
  }

  /** Returns what a rule says; null if it says nothing. */
  static @Nullable ClientTls read(Field field, Report report) {
    if (!field.isPresent()) {
      return null;
    }
    Field mode = field.get("mode");
    return switch (mode.text("DISABLE")) {
      case "DISABLE" -> {
        TlsOrigination.warnOfUnused(field, "DISABLE", report);
        yield new ClientTls(Mode.DISABLE, List.of(), "", null);
      }
      case "ISTIO_MUTUAL" -> {
        TlsOrigination.warnOfUnused(field, "ISTIO_MUTUAL", report);
        yield new ClientTls(
            Mode.ISTIO_MUTUAL,
            identities(field.get("subjectAltNames"), report),
            field.get("sni").text(),
            null);
      }
      case "SIMPLE", "MUTUAL" ->
          new ClientTls(
              Mode.ORIGINATE,
              field.get("subjectAltNames").texts(),
              field.get("sni").text(),
              TlsOrigination.read(field, mode.text().equals("MUTUAL"), report));
      default -> {
        report.invalid(mode, "DISABLE, SIMPLE, MUTUAL or ISTIO_MUTUAL");
        yield null;
      }
    };
  }

  private static List<String> identities(Field field, Report report) {
    List<String> identities = new ArrayList<>();
    for (Field name : field.items()) {
      if (!name.text().startsWith(SPIFFE)) {
        report.warning(
            "MatchesNobody",
            name,
            name.node() + " (expected: spiffe://...); no workload's certificate has it");
      }
      identities.add(name.text());
    }
    return identities;
  }

  /** Writes it to a cluster. */
  void applyTo(Cluster.Builder cluster, ClusterKey key) {
    switch (mode) {
      case DISABLE -> {
        // no transport socket is plaintext, whatever endpoints offer
      }
      case AS_OFFERED ->
          cluster
              .addTransportSocketMatches(
                  TransportSocketMatch.newBuilder()
                      .setName("tlsMode-istio")
                      .setMatch(
                          Protos.struct(
                              Map.of(ResourceNames.TLS_MODE, ResourceNames.TLS_MODE_ISTIO)))
                      .setTransportSocket(mutualTls(key)))
              .addTransportSocketMatches(PLAINTEXT);
      case ISTIO_MUTUAL -> cluster.setTransportSocket(mutualTls(key));
      case ORIGINATE -> cluster.setTransportSocket(socket(originated(key.service())));
    }
  }

  private UpstreamTlsContext originated(Service service) {
    // TLS that trusts nobody is what agents refuse. Plaintext in its place would be a leak.
    return origination == null
        ? UpstreamTlsContext.getDefaultInstance()
        : origination.context(
            service.host(),
            sni,
            subjectAltNames.isEmpty() ? service.subjectAltNames() : subjectAltNames);
  }

  private TransportSocket mutualTls(ClusterKey key) {
    Service service = key.service();
    UpstreamTlsContext.Builder context =
        UpstreamTlsContext.newBuilder()
            .setSni(
                sni.isEmpty()
                    ? ResourceNames.outboundServerName(
                        key.port().number(), key.subset(), service.host())
                    : sni);
    context
        .getCommonTlsContextBuilder()
        .setCombinedValidationContext(
            validation(subjectAltNames.isEmpty() ? service.subjectAltNames() : subjectAltNames))
        .addTlsCertificateSdsSecretConfigsBuilder()
        .setName(ResourceNames.WORKLOAD_CERTIFICATE)
        .setSdsConfig(Protos.ADS);
    return socket(context.build());
  }

  private static TransportSocket socket(UpstreamTlsContext context) {
    return TransportSocket.newBuilder()
        .setName(ResourceNames.TLS_SOCKET)
        .setTypedConfig(Protos.any(TypeUrls.UPSTREAM_TLS, context))
        .build();
  }

  private static CombinedCertificateValidationContext validation(List<String> identities) {
    CertificateValidationContext.Builder peers = CertificateValidationContext.newBuilder();
    for (String identity : identities) {
      peers
          .addMatchTypedSubjectAltNamesBuilder()
          .setSanType(SubjectAltNameMatcher.SanType.URI)
          .getMatcherBuilder()
          .setExact(identity);
    }
    CombinedCertificateValidationContext.Builder validation =
        CombinedCertificateValidationContext.newBuilder().setDefaultValidationContext(peers);
    validation
        .getValidationContextSdsSecretConfigBuilder()
        .setName(ResourceNames.TRUST_BUNDLE)
        .setSdsConfig(Protos.ADS);
    return validation.build();
  }
}
