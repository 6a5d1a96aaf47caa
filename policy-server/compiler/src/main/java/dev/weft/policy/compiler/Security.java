/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What guards workloads, put together to the listener that each of them gets for what comes in.
 * Immutable once made.
 *
 * @param peers who has to show a certificate
 * @param tokens which tokens are taken
 * @param policies which requests are let in
 */
record Security(PeerModes peers, RequestAuthentications tokens, AuthorizationPolicies policies) {
  private static final String ANY_ADDRESS = "0.0.0.0";
  private static final int VIRTUAL_PORT = 15_006;
  private static final TransportSocket MUTUAL_TLS = mutualTls();

  /**
   * Reads what guards.
   *
   * @param of the resources of a kind, oldest first
   */
  static Security of(
      Function<Kind, List<PolicyResource>> of,
      MeshSettings settings,
      @Nullable Security before,
      Set<Finding> findings) {
    String rootNamespace = settings.rootNamespace();
    return new Security(
        PeerModes.of(of.apply(Kinds.PEER_AUTHENTICATION), rootNamespace, findings),
        RequestAuthentications.of(
            of.apply(Kinds.REQUEST_AUTHENTICATION),
            rootNamespace,
            before == null ? null : before.tokens,
            findings),
        AuthorizationPolicies.of(
            of.apply(Kinds.AUTHORIZATION_POLICY),
            settings,
            before == null ? null : before.policies,
            findings));
  }

  /** Returns whether the other says the same of every workload. */
  boolean isSameAs(Security other) {
    return peers.equals(other.peers)
        && tokens.isSameAs(other.tokens)
        && policies.isSameAs(other.policies);
  }

  /** Returns the labels of workloads that some policy asks for. */
  Set<String> labels() {
    Set<String> labels = new HashSet<>(peers.labels());
    labels.addAll(tokens.labels());
    labels.addAll(policies.labels());
    return labels;
  }

  /** Returns the listener for what comes in to the workloads of an audience. */
  CompiledResource virtualInbound(Audience audience) {
    String namespace = audience.namespace();
    Map<String, String> labels = audience.labels();
    PeerModes.Effective modes = peers.effective(namespace, labels);
    Set<ResourceKey> origins = new HashSet<>(modes.origins());
    Any manager = manager(namespace, labels, origins);
    Listener.Builder listener =
        Listener.newBuilder()
            .setName(ResourceNames.VIRTUAL_INBOUND)
            .setAddress(Protos.address(ANY_ADDRESS, VIRTUAL_PORT))
            .setTrafficDirection(TrafficDirection.INBOUND)
            .setUseOriginalDst(Protos.bool(true))
            .setDefaultFilterChain(chain(modes.all(), manager));
    modes
        .ports()
        .forEach(
            (port, decided) -> {
              FilterChain.Builder chain = chain(decided, manager).setName(ANY_ADDRESS + "_" + port);
              chain.getFilterChainMatchBuilder().setDestinationPort(Protos.uint32(port));
              listener.addFilterChains(chain);
            });
    return CompiledResource.of(
        TypeUrls.LISTENER, ResourceNames.VIRTUAL_INBOUND, listener.build(), origins);
  }

  private Any manager(String namespace, Map<String, String> labels, Set<ResourceKey> origins) {
    HttpConnectionManager.Builder manager =
        HttpConnectionManager.newBuilder()
            .setStatPrefix("inbound_" + ANY_ADDRESS)
            .setNormalizePath(Protos.bool(true))
            .setRouteConfig(RouteConfiguration.newBuilder().setName("inbound"));
    Map<String, JwtProvider> providers = new LinkedHashMap<>();
    for (RequestAuthentications.Compiled one : tokens.select(namespace, labels)) {
      origins.add(one.resource());
      providers.putAll(one.namedProviders());
    }
    if (!providers.isEmpty()) {
      manager.addHttpFilters(
          HttpFilter.newBuilder()
              .setName("envoy.filters.http.jwt_authn")
              .setTypedConfig(Protos.any(TypeUrls.JWT_AUTHN, JwtProviders.filter(providers))));
    }
    List<AuthorizationPolicies.Compiled> selected = policies.select(namespace, labels);
    selected.forEach(policy -> origins.add(policy.resource()));
    manager.addAllHttpFilters(AuthorizationPolicies.filters(selected));
    manager.addHttpFilters(Listeners.ROUTER);
    return Protos.any(TypeUrls.HTTP_CONNECTION_MANAGER, manager.build());
  }

  private static FilterChain.Builder chain(PeerModes.Decided decided, Any manager) {
    PeerModes.Mode mode = decided.mode();
    Struct.Builder weft =
        Struct.newBuilder().putFields(ResourceNames.MUTUAL_TLS_MODE, Protos.text(mode.name()));
    if (decided.policy() != null) {
      weft.putFields(ResourceNames.MUTUAL_TLS_POLICY, Protos.text(decided.policyName()));
    }
    FilterChain.Builder chain =
        FilterChain.newBuilder()
            .setName(ResourceNames.VIRTUAL_INBOUND)
            .addFilters(
                Filter.newBuilder()
                    .setName("envoy.filters.network.http_connection_manager")
                    .setTypedConfig(manager))
            .setMetadata(
                Metadata.newBuilder().putFilterMetadata(ResourceNames.WEFT_METADATA, weft.build()));
    return mode == PeerModes.Mode.DISABLE ? chain : chain.setTransportSocket(MUTUAL_TLS);
  }

  private static TransportSocket mutualTls() {
    DownstreamTlsContext.Builder tls =
        DownstreamTlsContext.newBuilder().setRequireClientCertificate(Protos.bool(true));
    tls.getCommonTlsContextBuilder().addAlpnProtocols("h2").addAlpnProtocols("http/1.1");
    tls.getCommonTlsContextBuilder()
        .addTlsCertificateSdsSecretConfigsBuilder()
        .setName(ResourceNames.WORKLOAD_CERTIFICATE)
        .setSdsConfig(Protos.ADS);
    tls.getCommonTlsContextBuilder()
        .getValidationContextSdsSecretConfigBuilder()
        .setName(ResourceNames.TRUST_BUNDLE)
        .setSdsConfig(Protos.ADS);
    return TransportSocket.newBuilder()
        .setName(ResourceNames.TLS_SOCKET)
        .setTypedConfig(Protos.any(TypeUrls.DOWNSTREAM_TLS, tls.build()))
        .build();
  }
}
