/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.weft.protocol.agent.v1.SavedConfiguration;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A mesh's configuration, host by host, for port 80, written as the file that the agent reads by
 * {@code weft.xds.file}. Not thread-safe.
 */
public final class TestMesh {
  /** The port that callers name. */
  public static final int PORT = 80;

  private static final ConfigSource ADS =
      ConfigSource.newBuilder().setAds(AggregatedConfigSource.getDefaultInstance()).build();
  private static final String FAULT = "envoy.filters.http.fault";

  private final RouteConfiguration.Builder routes =
      RouteConfiguration.newBuilder().setName(Integer.toString(PORT));
  private final List<Cluster> clusters = new ArrayList<>();
  private final List<HttpFilter> guards = new ArrayList<>();
  private @Nullable String mutualTls;

  /**
   * Adds a host whose requests go to the servers in turn.
   *
   * @param servers the endpoints, as {@code address:port}
   * @param change changes the host's only route
   */
  public TestMesh host(String host, List<String> servers, Consumer<Route.Builder> change) {
    return host(host, servers, change, cluster -> {});
  }

  /** Adds a host as above whose cluster is changed too. */
  public TestMesh host(
      String host,
      List<String> servers,
      Consumer<Route.Builder> change,
      Consumer<Cluster.Builder> clusterChange) {
    Route.Builder route = route().setRoute(RouteAction.newBuilder().setCluster(host));
    change.accept(route);
    Cluster.Builder cluster =
        Cluster.newBuilder()
            .setName(host)
            .setType(Cluster.DiscoveryType.STATIC)
            .setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN)
            .setLoadAssignment(assignment(host, servers));
    clusterChange.accept(cluster);
    clusters.add(cluster.build());
    return add(host, route);
  }

  /** Adds a host that the mesh answers itself. */
  public TestMesh answer(String host, int status, String body) {
    return add(
        host,
        route()
            .setDirectResponse(
                DirectResponseAction.newBuilder()
                    .setStatus(status)
                    .setBody(
                        io.envoyproxy.envoy.config.core.v3.DataSource.newBuilder()
                            .setInlineString(body))));
  }

  /** Adds a host with a route of any kind. */
  public TestMesh add(String host, Route.Builder route) {
    routes.addVirtualHosts(
        VirtualHost.newBuilder().setName(host).addDomains(host).addRoutes(route));
    return this;
  }

  /**
   * Adds a filter that guards what comes in.
   *
   * @param name the filter's name, such as {@code envoy.filters.http.rbac}
   */
  public TestMesh guard(String name, String typeUrl, Message config) {
    guards.add(HttpFilter.newBuilder().setName(name).setTypedConfig(any(typeUrl, config)).build());
    return this;
  }

  /** Says what callers are to speak: {@code DISABLE}, {@code PERMISSIVE} or {@code STRICT}. */
  public TestMesh mutualTls(String mode) {
    mutualTls = mode;
    return this;
  }

  /** Returns a route that matches everything, without an action. */
  public static Route.Builder route() {
    return Route.newBuilder().setName("all").setMatch(RouteMatch.newBuilder().setPrefix("/"));
  }

  /** Puts a fault on a route. */
  public static void fault(Route.Builder route, HTTPFault fault) {
    route.putTypedPerFilterConfig(FAULT, any(TypeUrls.FAULT, fault));
  }

  /** Lets only so many requests to a cluster be under way. */
  public static void limit(Cluster.Builder cluster, int requests) {
    cluster.setCircuitBreakers(
        CircuitBreakers.newBuilder()
            .addThresholds(
                CircuitBreakers.Thresholds.newBuilder().setMaxRequests(UInt32Value.of(requests))));
  }

  /** Returns milliseconds as protobuf has them. */
  public static Duration millis(long millis) {
    return Duration.newBuilder()
        .setSeconds(millis / 1000)
        .setNanos((int) (millis % 1000) * 1_000_000)
        .build();
  }

  /** Writes the file, whole or not at all. */
  public void write(Path file) {
    SavedConfiguration.Builder saved = SavedConfiguration.newBuilder().setNodeId("test");
    add(saved, TypeUrls.LISTENER, "0.0.0.0_" + PORT, listener());
    if (!guards.isEmpty() || mutualTls != null) {
      add(saved, TypeUrls.LISTENER, ResourceNames.VIRTUAL_INBOUND, inbound());
    }
    add(saved, TypeUrls.ROUTE_CONFIGURATION, routes.getName(), routes.build());
    clusters.forEach(cluster -> add(saved, TypeUrls.CLUSTER, cluster.getName(), cluster));
    byte[] message = saved.build().toByteArray();
    CRC32C checksum = new CRC32C();
    checksum.update(message);
    ByteBuffer content = ByteBuffer.allocate(12 + message.length);
    content.put("WEFTXDS1".getBytes(StandardCharsets.US_ASCII));
    content.putInt((int) checksum.getValue()).put(message);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
      Files.write(unfinished, content.array());
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Listener listener() {
    HttpConnectionManager manager =
        HttpConnectionManager.newBuilder()
            .setStatPrefix("test")
            .setRds(
                Rds.newBuilder().setConfigSource(ADS).setRouteConfigName(Integer.toString(PORT)))
            .addHttpFilters(
                HttpFilter.newBuilder()
                    .setName(FAULT)
                    .setTypedConfig(any(TypeUrls.FAULT, HTTPFault.getDefaultInstance())))
            .addHttpFilters(
                HttpFilter.newBuilder()
                    .setName("envoy.filters.http.router")
                    .setTypedConfig(any(TypeUrls.ROUTER, Router.getDefaultInstance())))
            .build();
    return Listener.newBuilder()
        .setName("0.0.0.0_" + PORT)
        .setAddress(address("0.0.0.0", PORT))
        .setTrafficDirection(TrafficDirection.OUTBOUND)
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(any(TypeUrls.HTTP_CONNECTION_MANAGER, manager))))
        .build();
  }

  private Listener inbound() {
    HttpConnectionManager manager =
        HttpConnectionManager.newBuilder().setStatPrefix("test").addAllHttpFilters(guards).build();
    FilterChain.Builder chain =
        FilterChain.newBuilder()
            .addFilters(
                Filter.newBuilder()
                    .setName("envoy.filters.network.http_connection_manager")
                    .setTypedConfig(any(TypeUrls.HTTP_CONNECTION_MANAGER, manager)));
    if (mutualTls != null) {
      Value mode = Value.newBuilder().setStringValue(mutualTls).build();
      Struct weft = Struct.newBuilder().putFields(ResourceNames.MUTUAL_TLS_MODE, mode).build();
      chain.setMetadata(Metadata.newBuilder().putFilterMetadata(ResourceNames.WEFT_METADATA, weft));
    }
    return Listener.newBuilder()
        .setName(ResourceNames.VIRTUAL_INBOUND)
        .setTrafficDirection(TrafficDirection.INBOUND)
        .setDefaultFilterChain(chain)
        .build();
  }

  private static ClusterLoadAssignment assignment(String cluster, List<String> servers) {
    LocalityLbEndpoints.Builder endpoints = LocalityLbEndpoints.newBuilder();
    for (String server : servers) {
      int colon = server.lastIndexOf(':');
      int port = Integer.parseInt(server.substring(colon + 1));
      endpoints.addLbEndpoints(
          LbEndpoint.newBuilder()
              .setEndpoint(
                  Endpoint.newBuilder().setAddress(address(server.substring(0, colon), port))));
    }
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(cluster)
        .addEndpoints(endpoints)
        .build();
  }

  private static Address address(String address, int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress(address).setPortValue(port))
        .build();
  }

  private static void add(
      SavedConfiguration.Builder saved, String typeUrl, String name, Message resource) {
    saved.addResources(
        Resource.newBuilder().setName(name).setVersion("1").setResource(any(typeUrl, resource)));
  }

  private static Any any(String typeUrl, Message message) {
    return Any.newBuilder().setTypeUrl(typeUrl).setValue(message.toByteString()).build();
  }

  /** Returns a wrapper that is true. */
  public static BoolValue yes() {
    return BoolValue.of(true);
  }
}
