/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.agent.control.translate.XdsResource;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which policy each route was made of, as the route's metadata says in Istio's way: {@code
 * /apis/<group>/<version>/namespaces/<namespace>/<kind>/<name>}. Immutable.
 */
final class RouteOrigins {
  private final Map<String, List<String>> byVirtualHost;

  private RouteOrigins(Map<String, List<String>> byVirtualHost) {
    this.byVirtualHost = byVirtualHost;
  }

  static RouteOrigins of(Collection<XdsResource> resources) {
    Map<String, List<String>> byVirtualHost = new HashMap<>();
    for (XdsResource resource : resources) {
      if (resource.typeUrl().equals(TypeUrls.ROUTE_CONFIGURATION)) {
        for (VirtualHost host : read(resource).getVirtualHostsList()) {
          List<String> origins = new ArrayList<>();
          host.getRoutesList().forEach(route -> origins.add(origin(route)));
          byVirtualHost.put(host.getName(), origins);
        }
      }
    }
    return new RouteOrigins(byVirtualHost);
  }

  /** Returns the policy, such as {@code VirtualService shop/orders}; empty if nobody wrote one. */
  String of(String virtualHost, int index) {
    List<String> origins = byVirtualHost.getOrDefault(virtualHost, List.of());
    return index < origins.size() ? origins.get(index) : "";
  }

  private static RouteConfiguration read(XdsResource resource) {
    try {
      return RouteConfiguration.parseFrom(resource.bytes());
    } catch (InvalidProtocolBufferException e) {
      return RouteConfiguration.getDefaultInstance(); // the translation says what is wrong
    }
  }

  private static String origin(Route route) {
    String path =
        route
            .getMetadata()
            .getFilterMetadataOrDefault("istio", com.google.protobuf.Struct.getDefaultInstance())
            .getFieldsOrDefault("config", com.google.protobuf.Value.getDefaultInstance())
            .getStringValue();
    String[] parts = path.split("/");
    return parts.length == 8 ? kind(parts[6]) + " " + parts[5] + "/" + parts[7] : path;
  }

  private static String kind(String inPath) {
    String plain = inPath.replace("-", "");
    for (Kind kind : Kinds.all()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(plain)) {
        return kind.name();
      }
    }
    return inPath;
  }
}
