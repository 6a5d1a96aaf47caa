/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.google.protobuf.Message;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.Set;

/** Makes listeners. */
final class Listeners {
  private static final String ANY_ADDRESS = "0.0.0.0";
  private static final int VIRTUAL_PORT = 15_001;

  private static final HttpFilter FAULT =
      httpFilter(Faults.FILTER_NAME, TypeUrls.FAULT, HTTPFault.getDefaultInstance());

  /** The last of all HTTP filters. */
  static final HttpFilter ROUTER =
      httpFilter("envoy.filters.http.router", TypeUrls.ROUTER, Router.getDefaultInstance());

  private Listeners() {}

  /** Returns the listener for a destination port with HTTP. */
  static CompiledResource http(int port) {
    String name = ResourceNames.outboundListener(port);
    HttpConnectionManager manager =
        HttpConnectionManager.newBuilder()
            .setStatPrefix("outbound_" + name)
            .setRds(
                Rds.newBuilder()
                    .setConfigSource(Protos.ADS)
                    .setRouteConfigName(ResourceNames.outboundRoutes(port)))
            .addHttpFilters(FAULT)
            .addHttpFilters(ROUTER)
            .build();
    Listener listener =
        outbound(name, port)
            .addFilterChains(
                chain(
                    "envoy.filters.network.http_connection_manager",
                    TypeUrls.HTTP_CONNECTION_MANAGER,
                    manager))
            .build();
    return CompiledResource.of(TypeUrls.LISTENER, name, listener, Set.of());
  }

  /** Returns the listener that says what holds for every other port. */
  static CompiledResource virtualOutbound(MeshSettings.OutboundPolicy policy) {
    String cluster =
        switch (policy) {
          case ALLOW_ANY -> ResourceNames.PASSTHROUGH_CLUSTER;
          case REGISTRY_ONLY -> ResourceNames.BLACK_HOLE_CLUSTER;
        };
    TcpProxy proxy = TcpProxy.newBuilder().setStatPrefix(cluster).setCluster(cluster).build();
    Listener listener =
        outbound(ResourceNames.VIRTUAL_OUTBOUND, VIRTUAL_PORT)
            .setUseOriginalDst(Protos.bool(true))
            .setDefaultFilterChain(
                chain("envoy.filters.network.tcp_proxy", TypeUrls.TCP_PROXY, proxy))
            .build();
    return CompiledResource.of(
        TypeUrls.LISTENER, ResourceNames.VIRTUAL_OUTBOUND, listener, Set.of());
  }

  private static Listener.Builder outbound(String name, int port) {
    return Listener.newBuilder()
        .setName(name)
        .setAddress(Protos.address(ANY_ADDRESS, port))
        .setTrafficDirection(TrafficDirection.OUTBOUND);
  }

  private static FilterChain chain(String filter, String typeUrl, Message config) {
    return FilterChain.newBuilder()
        .addFilters(Filter.newBuilder().setName(filter).setTypedConfig(Protos.any(typeUrl, config)))
        .build();
  }

  private static HttpFilter httpFilter(String name, String typeUrl, Message config) {
    return HttpFilter.newBuilder()
        .setName(name)
        .setTypedConfig(Protos.any(typeUrl, config))
        .build();
  }
}
