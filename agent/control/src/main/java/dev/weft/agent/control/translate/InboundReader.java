/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.InboundConfig.MutualTls;
import dev.weft.agent.engine.config.InboundFilter;
import dev.weft.protocol.lite.envoy.config.core.v3.TransportSocket;
import dev.weft.protocol.lite.envoy.config.listener.v3.Filter;
import dev.weft.protocol.lite.envoy.config.listener.v3.FilterChain;
import dev.weft.protocol.lite.envoy.config.listener.v3.FilterChainMatch;
import dev.weft.protocol.lite.envoy.config.listener.v3.Listener;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration;
import dev.weft.protocol.lite.envoy.config.route.v3.VirtualHost;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import dev.weft.protocol.lite.envoy.extensions.filters.http.rbac.v3.RBAC;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import dev.weft.protocol.lite.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import dev.weft.protocol.lite.protobuf.Any;
import dev.weft.protocol.lite.protobuf.Struct;
import dev.weft.protocol.lite.protobuf.Value;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what guards requests that come in. Whatever is not known here makes the resource bad: to
 * leave it out might open what is closed.
 */
final class InboundReader {
  /** Filters that guard nothing. */
  private static final Set<String> HARMLESS =
      Set.of(
          "envoy.filters.http.cors",
          "envoy.filters.http.fault",
          "envoy.filters.http.grpc_stats",
          "envoy.filters.http.grpc_web",
          "envoy.filters.http.router",
          "istio.alpn",
          "istio.metadata_exchange",
          "istio.stats");

  private InboundReader() {}

  static InboundConfig read(Listener listener, Field field) {
    List<InboundConfig.Chain> chains = new ArrayList<>();
    for (int i = 0; i < listener.getFilterChainsCount(); i++) {
      chains.add(chain(listener.getFilterChains(i), field.at("filter_chains", i)));
    }
    if (listener.hasDefaultFilterChain()) {
      chains.add(chain(listener.getDefaultFilterChain(), field.at("default_filter_chain")));
    }
    Set<Integer> ports = new HashSet<>();
    for (InboundConfig.Chain chain : chains) {
      if (!ports.add(chain.port())) {
        throw field
            .at("filter_chains")
            .bad("two for port " + chain.port(), "at most one for a port, and one for others");
      }
    }
    return new InboundConfig(false, chains);
  }

  private static InboundConfig.Chain chain(FilterChain chain, Field field) {
    List<InboundFilter> filters = null;
    for (int i = 0; i < chain.getFiltersCount(); i++) {
      Filter filter = chain.getFilters(i);
      Field at = field.at("filters", i);
      if (filter.getTypedConfig().getTypeUrl().equals(TypeUrls.HTTP_CONNECTION_MANAGER)) {
        Field config = at.at("typed_config");
        filters =
            filters(
                parsed(filter.getTypedConfig(), HttpConnectionManager.parser(), config), config);
      } else if (!HARMLESS.contains(filter.getName())) {
        throw at.bad(filter.getName(), "an HTTP connection manager, or nothing that guards");
      }
    }
    if (filters == null) {
      throw field.bad("no HTTP connection manager", "one");
    }
    return new InboundConfig.Chain(
        port(chain, field),
        mutualTls(chain, field),
        ownMetadata(chain, ResourceNames.MUTUAL_TLS_POLICY),
        filters);
  }

  private static String ownMetadata(FilterChain chain, String key) {
    return chain
        .getMetadata()
        .getFilterMetadataOrDefault(ResourceNames.WEFT_METADATA, Struct.getDefaultInstance())
        .getFieldsOrDefault(key, Value.getDefaultInstance())
        .getStringValue();
  }

  private static int port(FilterChain chain, Field field) {
    FilterChainMatch match = chain.getFilterChainMatch();
    int port = XdsDefaults.destinationPort(match);
    Field at = field.at("filter_chain_match");
    if (!match.toBuilder()
        .clearDestinationPort()
        .build()
        .equals(FilterChainMatch.getDefaultInstance())) {
      throw at.bad("other conditions", "destination_port alone, or nothing");
    }
    if (port < 0 || port > 65535) {
      throw at.at("destination_port").bad(port, "1 to 65535");
    }
    return port;
  }

  private static MutualTls mutualTls(FilterChain chain, Field field) {
    String mode = ownMetadata(chain, ResourceNames.MUTUAL_TLS_MODE);
    return switch (mode) {
      case "DISABLE" -> MutualTls.DISABLE;
      case "PERMISSIVE" -> MutualTls.PERMISSIVE;
      case "STRICT" -> MutualTls.STRICT;
      case "" ->
          chain.hasTransportSocket()
              ? ofSocket(chain.getTransportSocket(), field.at("transport_socket"))
              : MutualTls.DISABLE;
      default -> throw field.at("metadata").bad(mode, "DISABLE, PERMISSIVE or STRICT");
    };
  }

  private static MutualTls ofSocket(TransportSocket socket, Field field) {
    Any config = socket.getTypedConfig();
    if (config.getTypeUrl().equals(TypeUrls.RAW_BUFFER)) {
      return MutualTls.DISABLE;
    }
    if (!config.getTypeUrl().equals(TypeUrls.DOWNSTREAM_TLS)
        || !XdsDefaults.requireClientCertificate(
            parsed(config, DownstreamTlsContext.parser(), field))) {
      throw field.bad(socket.getName(), "TLS that requires a client's certificate");
    }
    return MutualTls.STRICT;
  }

  private static List<InboundFilter> filters(HttpConnectionManager manager, Field parent) {
    List<InboundFilter> filters = new ArrayList<>();
    for (int i = 0; i < manager.getHttpFiltersCount(); i++) {
      HttpFilter filter = manager.getHttpFilters(i);
      Field field = parent.at("http_filters", i);
      InboundFilter read = filter.getDisabled() ? null : filter(filter, field);
      if (read != null) {
        filters.add(read);
      }
    }
    refuseExceptions(manager.getRouteConfig(), parent.at("route_config"));
    return filters;
  }

  private static @Nullable InboundFilter filter(HttpFilter filter, Field field) {
    Field config = field.at("typed_config");
    switch (filter.getTypedConfig().getTypeUrl()) {
      case TypeUrls.RBAC -> {
        return RbacReader.read(parsed(filter.getTypedConfig(), RBAC.parser(), config), config);
      }
      case TypeUrls.JWT_AUTHN -> {
        return JwtReader.read(
            parsed(filter.getTypedConfig(), JwtAuthentication.parser(), config), config);
      }
      default -> {
        boolean isHarmless =
            HARMLESS.contains(filter.getName())
                && !SecurityFilters.isSecurity(
                    filter.getName(), filter.getTypedConfig().getTypeUrl());
        if (!isHarmless) {
          throw field.bad(filter.getName(), "a filter that is known here: this one may guard");
        }
        return null;
      }
    }
  }

  /** Routes may have other filters' settings; those of what guards would open something. */
  private static void refuseExceptions(RouteConfiguration routes, Field field) {
    refuseExceptions(routes.getTypedPerFilterConfigMap(), field);
    for (VirtualHost host : routes.getVirtualHostsList()) {
      refuseExceptions(host.getTypedPerFilterConfigMap(), field.at("virtual_hosts"));
      host.getRoutesList()
          .forEach(
              route ->
                  refuseExceptions(
                      route.getTypedPerFilterConfigMap(), field.at("virtual_hosts").at("routes")));
    }
  }

  private static void refuseExceptions(Map<String, Any> configs, Field field) {
    for (Map.Entry<String, Any> config : configs.entrySet()) {
      if (!HARMLESS.contains(config.getKey())
          || SecurityFilters.isSecurity(config.getKey(), config.getValue().getTypeUrl())) {
        throw field.at("typed_per_filter_config", config.getKey()).unsupported();
      }
    }
  }

  static <M extends MessageLite> M parsed(Any any, Parser<M> parser, Field field) {
    ByteString bytes = any.getValue();
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw field.bad(any.getTypeUrl(), "a message that can be parsed: " + e.getMessage());
    }
  }
}
