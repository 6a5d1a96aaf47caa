/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.weft.agent.engine.config.MeshConfig.OutboundPolicy;
import dev.weft.protocol.lite.envoy.config.core.v3.SocketAddress;
import dev.weft.protocol.lite.envoy.config.core.v3.TrafficDirection;
import dev.weft.protocol.lite.envoy.config.listener.v3.Filter;
import dev.weft.protocol.lite.envoy.config.listener.v3.FilterChain;
import dev.weft.protocol.lite.envoy.config.listener.v3.Listener;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import dev.weft.protocol.lite.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import org.jspecify.annotations.Nullable;

/**
 * Reads listeners. Nothing is intercepted, so of an outbound listener only its port and its HTTP
 * connection manager count; those for plain TCP are none of the engine's.
 */
final class ListenerReader {
  private static final String HTTP_FILTERS = "http_filters";

  private ListenerReader() {}

  static ParsedListener read(Listener listener, Field field) {
    if (listener.getTrafficDirection() == TrafficDirection.UNRECOGNIZED) {
      throw field
          .at("traffic_direction")
          .bad(listener.getTrafficDirectionValue(), "a TrafficDirection, 0 to 2");
    }
    if (listener.getTrafficDirection() == TrafficDirection.INBOUND) {
      return new ParsedListener.Inbound(InboundReader.read(listener, field));
    }
    if (listener.getName().equals(ResourceNames.VIRTUAL_OUTBOUND)
        || XdsDefaults.useOriginalDestination(listener)) {
      return new ParsedListener.Default(policy(listener, field));
    }
    for (int i = 0; i < listener.getFilterChainsCount(); i++) {
      FilterChain chain = listener.getFilterChains(i);
      for (int j = 0; j < chain.getFiltersCount(); j++) {
        Filter filter = chain.getFilters(j);
        if (filter.getTypedConfig().getTypeUrl().equals(TypeUrls.HTTP_CONNECTION_MANAGER)) {
          Field at = field.at("filter_chains", i).at("filters", j).at("typed_config");
          return http(listener, parsed(filter, HttpConnectionManager.parser(), at), field, at);
        }
      }
    }
    return new ParsedListener.Other();
  }

  private static ParsedListener http(
      Listener listener, HttpConnectionManager manager, Field field, Field managerField) {
    SocketAddress address = listener.getAddress().getSocketAddress();
    int port = address.getPortValue();
    if (port < 1 || port > 65535) {
      throw field
          .at("address")
          .at("socket_address")
          .at("port_value")
          .bad(Integer.toUnsignedString(port), "1 to 65535");
    }
    checkFilters(manager, managerField);
    boolean wildcard = address.getAddress().equals("0.0.0.0") || address.getAddress().equals("::");
    return switch (manager.getRouteSpecifierCase()) {
      case RDS ->
          new ParsedListener.Named(
              listener.getName(),
              port,
              wildcard,
              StringMatchReader.nonEmpty(
                  manager.getRds().getRouteConfigName(),
                  managerField.at("rds").at("route_config_name")));
      case ROUTE_CONFIG ->
          new ParsedListener.Inline(
              listener.getName(),
              port,
              wildcard,
              RouteReader.read(manager.getRouteConfig(), managerField.at("route_config")));
      case SCOPED_ROUTES -> throw managerField.at("scoped_routes").unsupported();
      case ROUTESPECIFIER_NOT_SET -> throw managerField.bad("no routes", "rds or route_config");
    };
  }

  private static void checkFilters(HttpConnectionManager manager, Field parent) {
    for (int i = 0; i < manager.getHttpFiltersCount(); i++) {
      HttpFilter filter = manager.getHttpFilters(i);
      if (filter.getDisabled()) {
        continue;
      }
      Field field = parent.at(HTTP_FILTERS, i);
      String type = filter.getTypedConfig().getTypeUrl();
      if (SecurityFilters.isSecurity(filter.getName(), type)) {
        throw field.bad(filter.getName(), "no filter that guards something: not supported here");
      }
      boolean isFault =
          type.equals(TypeUrls.FAULT) || filter.getName().equals(FaultReader.FAULT_FILTER);
      if (isFault) {
        if (filter.hasTypedConfig()
            && FaultReader.read(filter.getTypedConfig(), field).fault() != null) {
          field.ignored("a fault for all routes");
        }
      } else if (!type.equals(TypeUrls.ROUTER)) {
        field.ignored(filter.getName());
      }
    }
  }

  private static OutboundPolicy policy(Listener listener, Field field) {
    if (listener.hasDefaultFilterChain()) {
      OutboundPolicy policy =
          policy(listener.getDefaultFilterChain(), field.at("default_filter_chain"));
      if (policy != null) {
        return policy;
      }
    }
    for (int i = listener.getFilterChainsCount() - 1; i >= 0; i--) {
      OutboundPolicy policy = policy(listener.getFilterChains(i), field.at("filter_chains", i));
      if (policy != null) {
        return policy;
      }
    }
    throw field.bad("no TCP proxy", "a default_filter_chain with a TCP proxy");
  }

  private static @Nullable OutboundPolicy policy(FilterChain chain, Field chainField) {
    for (int i = 0; i < chain.getFiltersCount(); i++) {
      Filter filter = chain.getFilters(i);
      if (filter.getTypedConfig().getTypeUrl().equals(TypeUrls.TCP_PROXY)) {
        Field field = chainField.at("filters", i).at("typed_config");
        TcpProxy proxy = parsed(filter, TcpProxy.parser(), field);
        return switch (proxy.getCluster()) {
          case ResourceNames.PASSTHROUGH_CLUSTER -> OutboundPolicy.ALLOW_ANY;
          case ResourceNames.BLACK_HOLE_CLUSTER -> OutboundPolicy.REGISTRY_ONLY;
          default ->
              throw field
                  .at("cluster")
                  .bad(
                      proxy.getCluster(),
                      ResourceNames.PASSTHROUGH_CLUSTER
                          + " or "
                          + ResourceNames.BLACK_HOLE_CLUSTER);
        };
      }
    }
    return null;
  }

  private static <M extends MessageLite> M parsed(Filter filter, Parser<M> parser, Field field) {
    ByteString bytes = filter.getTypedConfig().getValue();
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw field.bad(
          filter.getTypedConfig().getTypeUrl(), "a message that can be parsed: " + e.getMessage());
    }
  }
}
