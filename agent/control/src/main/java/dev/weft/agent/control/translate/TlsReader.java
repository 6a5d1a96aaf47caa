/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster.TransportSocketMatch;
import dev.weft.protocol.lite.envoy.config.core.v3.TransportSocket;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import dev.weft.protocol.lite.envoy.type.matcher.v3.StringMatcher;
import dev.weft.protocol.lite.protobuf.Struct;
import dev.weft.protocol.lite.protobuf.Value;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads how connections to a cluster are secured: not at all, by the mesh's own certificates, or by
 * others. To send in the clear where TLS is ordered that cannot be done would open what is closed,
 * so that is refused.
 */
final class TlsReader {
  private static final String RAW_BUFFER = "envoy.transport_sockets.raw_buffer";

  private TlsReader() {}

  static ClusterTls read(Cluster cluster, Field field) {
    UpstreamTls ordered =
        cluster.hasTransportSocket()
            ? socket(cluster, cluster.getTransportSocket(), true, field.at("transport_socket"))
            : null;
    if (cluster.getTransportSocketMatchesCount() == 0) {
      return new ClusterTls(ordered, ordered);
    }
    return new ClusterTls(
        matching(cluster, true, ordered, field), matching(cluster, false, ordered, field));
  }

  /** Returns what holds for the endpoints that offer TLS, or for those that do not. */
  private static @Nullable UpstreamTls matching(
      Cluster cluster, boolean offers, @Nullable UpstreamTls ordered, Field field) {
    for (int i = 0; i < cluster.getTransportSocketMatchesCount(); i++) {
      TransportSocketMatch match = cluster.getTransportSocketMatches(i);
      Field matchField = field.at("transport_socket_matches", i);
      boolean isForAll = isForAll(match.getMatch());
      UpstreamTls tls =
          socket(cluster, match.getTransportSocket(), isForAll, matchField.at("transport_socket"));
      if (isForAll || (isForThoseThatOffer(match.getMatch(), matchField.at("match")) && offers)) {
        return tls;
      }
    }
    return ordered;
  }

  private static boolean isForAll(Struct match) {
    return match.getFieldsCount() == 0;
  }

  private static boolean isForThoseThatOffer(Struct match, Field field) {
    if (match.getFieldsCount() != 1 || !offersTls(match)) {
      throw field.unsupported();
    }
    return true;
  }

  /** Returns whether metadata says that an endpoint takes the mesh's mutual TLS. */
  static boolean offersTls(Struct metadata) {
    return metadata
        .getFieldsOrDefault(ResourceNames.TLS_MODE, Value.getDefaultInstance())
        .getStringValue()
        .equals(ResourceNames.TLS_MODE_ISTIO);
  }

  private static @Nullable UpstreamTls socket(
      Cluster cluster, TransportSocket socket, boolean isRequired, Field field) {
    String type = socket.getTypedConfig().getTypeUrl();
    if (type.equals(TypeUrls.RAW_BUFFER)
        || (!socket.hasTypedConfig() && socket.getName().equals(RAW_BUFFER))) {
      return null;
    }
    if (!type.equals(TypeUrls.UPSTREAM_TLS)) {
      throw field.unsupported();
    }
    try {
      UpstreamTlsContext context = UpstreamTlsContext.parseFrom(socket.getTypedConfig().getValue());
      Field contextField = field.at("typed_config");
      return isOfMesh(context.getCommonTlsContext())
          ? mutual(context, isRequired, contextField)
          : OriginationReader.read(context, ClusterReader.service(cluster), contextField);
    } catch (InvalidProtocolBufferException e) {
      throw field.at("typed_config").bad("malformed", "an UpstreamTlsContext");
    }
  }

  /** The mesh's own certificate comes by the name that Istio gives it. */
  private static boolean isOfMesh(CommonTlsContext common) {
    return common.getTlsCertificateSdsSecretConfigsCount() == 1
        && common
            .getTlsCertificateSdsSecretConfigs(0)
            .getName()
            .equals(ResourceNames.WORKLOAD_CERTIFICATE);
  }

  private static UpstreamTls.Mutual mutual(
      UpstreamTlsContext context, boolean isRequired, Field field) {
    CommonTlsContext common = context.getCommonTlsContext();
    CertificateValidationContext validation =
        common.hasCombinedValidationContext()
            ? common.getCombinedValidationContext().getDefaultValidationContext()
            : common.getValidationContext();
    Field validationField = field.at("common_tls_context").at("validation_context");
    return new UpstreamTls.Mutual(
        spiffeIds(validation, validationField), context.getSni(), isRequired);
  }

  @SuppressWarnings("deprecation") // what Istio still sends
  private static Set<String> spiffeIds(CertificateValidationContext validation, Field field) {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < validation.getMatchTypedSubjectAltNamesCount(); i++) {
      SubjectAltNameMatcher matcher = validation.getMatchTypedSubjectAltNames(i);
      Field matcherField = field.at("match_typed_subject_alt_names", i);
      if (matcher.getSanType() != SubjectAltNameMatcher.SanType.URI) {
        throw matcherField.at("san_type").bad(matcher.getSanType(), "URI");
      }
      ids.add(exact(matcher.getMatcher(), matcherField.at("matcher")));
    }
    for (int i = 0; i < validation.getMatchSubjectAltNamesCount(); i++) {
      ids.add(exact(validation.getMatchSubjectAltNames(i), field.at("match_subject_alt_names", i)));
    }
    return ids;
  }

  static String exact(StringMatcher matcher, Field field) {
    if (matcher.getMatchPatternCase() != StringMatcher.MatchPatternCase.EXACT
        || matcher.getIgnoreCase()) {
      throw field.bad(matcher.getMatchPatternCase(), "exact");
    }
    return matcher.getExact();
  }
}
