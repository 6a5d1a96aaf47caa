/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import com.google.protobuf.MessageLite;
import dev.weft.agent.control.translate.XdsResource;
import dev.weft.protocol.lite.envoy.config.cluster.v3.Cluster;
import dev.weft.protocol.lite.envoy.config.core.v3.Address;
import dev.weft.protocol.lite.envoy.config.core.v3.SocketAddress;
import dev.weft.protocol.lite.envoy.config.core.v3.TrafficDirection;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.ClusterLoadAssignment;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.Endpoint;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.LbEndpoint;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.LocalityLbEndpoints;
import dev.weft.protocol.lite.envoy.config.listener.v3.Filter;
import dev.weft.protocol.lite.envoy.config.listener.v3.FilterChain;
import dev.weft.protocol.lite.envoy.config.listener.v3.Listener;
import dev.weft.protocol.lite.envoy.config.route.v3.Route;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteAction;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch;
import dev.weft.protocol.lite.envoy.config.route.v3.VirtualHost;
import dev.weft.protocol.lite.envoy.extensions.filters.http.router.v3.Router;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import dev.weft.protocol.lite.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import dev.weft.protocol.lite.envoy.service.discovery.v3.Resource;
import dev.weft.protocol.lite.protobuf.Any;
import dev.weft.protocol.lite.protobuf.Duration;
import dev.weft.protocol.lite.protobuf.UInt32Value;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;

/** Small xDS resources in the shape that the policy server pushes. */
public final class Xds {
  private Xds() {}

  public static Cluster.Builder edsCluster(String name) {
    return Cluster.newBuilder().setName(name).setType(Cluster.DiscoveryType.EDS);
  }

  public static ClusterLoadAssignment.Builder endpoints(String cluster, String... addresses) {
    LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder();
    for (String address : addresses) {
      locality.addLbEndpoints(endpoint(address, 8080));
    }
    return ClusterLoadAssignment.newBuilder().setClusterName(cluster).addEndpoints(locality);
  }

  public static LbEndpoint.Builder endpoint(String address, int port) {
    return LbEndpoint.newBuilder()
        .setEndpoint(Endpoint.newBuilder().setAddress(address(address, port)));
  }

  public static Address address(String address, int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress(address).setPortValue(port))
        .build();
  }

  /** A listener of a port whose routes are named after it. */
  public static Listener.Builder listener(int port) {
    HttpConnectionManager manager =
        HttpConnectionManager.newBuilder()
            .setRds(Rds.newBuilder().setRouteConfigName(ResourceNames.outboundRoutes(port)))
            .addHttpFilters(
                HttpFilter.newBuilder()
                    .setName("envoy.filters.http.router")
                    .setTypedConfig(any(TypeUrls.ROUTER, Router.getDefaultInstance())))
            .build();
    return Listener.newBuilder()
        .setName(ResourceNames.outboundListener(port))
        .setAddress(address("0.0.0.0", port))
        .setTrafficDirection(TrafficDirection.OUTBOUND)
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setTypedConfig(any(TypeUrls.HTTP_CONNECTION_MANAGER, manager))));
  }

  public static Listener virtualOutbound(String cluster) {
    return Listener.newBuilder()
        .setName(ResourceNames.VIRTUAL_OUTBOUND)
        .setAddress(address("0.0.0.0", 15001))
        .setTrafficDirection(TrafficDirection.OUTBOUND)
        .setDefaultFilterChain(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setTypedConfig(
                            any(
                                TypeUrls.TCP_PROXY,
                                TcpProxy.newBuilder().setCluster(cluster).build()))))
        .build();
  }

  /** A route configuration with one virtual host, {@code orders}. */
  public static RouteConfiguration.Builder routes(int port, Route... routes) {
    VirtualHost.Builder host =
        VirtualHost.newBuilder().setName("orders:" + port).addDomains("Orders");
    for (Route route : routes) {
      host.addRoutes(route);
    }
    return RouteConfiguration.newBuilder()
        .setName(ResourceNames.outboundRoutes(port))
        .addVirtualHosts(host);
  }

  public static Route routeTo(String cluster) {
    return Route.newBuilder()
        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
        .setRoute(RouteAction.newBuilder().setCluster(cluster))
        .build();
  }

  public static Any any(String typeUrl, MessageLite message) {
    return Any.newBuilder().setTypeUrl(typeUrl).setValue(message.toByteString()).build();
  }

  public static Duration millis(long millis) {
    return Duration.newBuilder()
        .setSeconds(millis / 1000)
        .setNanos((int) (millis % 1000) * 1_000_000)
        .build();
  }

  public static UInt32Value number(int value) {
    return UInt32Value.newBuilder().setValue(value).build();
  }

  /** Returns a message as the table takes it. */
  public static XdsResource resource(MessageLite message, String version) {
    Resource wire = wire(message, version);
    return XdsResource.of(
        wire.getResource().getTypeUrl(), wire.getName(), version, message.toByteArray());
  }

  /** Returns a message as it travels. */
  public static Resource wire(MessageLite message, String version) {
    String typeUrl;
    String name;
    if (message instanceof Cluster cluster) {
      typeUrl = TypeUrls.CLUSTER;
      name = cluster.getName();
    } else if (message instanceof ClusterLoadAssignment assignment) {
      typeUrl = TypeUrls.CLUSTER_LOAD_ASSIGNMENT;
      name = assignment.getClusterName();
    } else if (message instanceof Listener listener) {
      typeUrl = TypeUrls.LISTENER;
      name = listener.getName();
    } else if (message instanceof RouteConfiguration routes) {
      typeUrl = TypeUrls.ROUTE_CONFIGURATION;
      name = routes.getName();
    } else {
      throw new IllegalArgumentException(message.getClass().getName());
    }
    return Resource.newBuilder()
        .setName(name)
        .setVersion(version)
        .setResource(any(typeUrl, message))
        .build();
  }
}
