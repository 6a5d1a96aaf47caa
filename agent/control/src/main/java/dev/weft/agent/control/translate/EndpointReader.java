/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.agent.engine.endpoint.IpLiteral;
import dev.weft.protocol.lite.envoy.config.core.v3.Address;
import dev.weft.protocol.lite.envoy.config.core.v3.Locality;
import dev.weft.protocol.lite.envoy.config.core.v3.SocketAddress;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.ClusterLoadAssignment;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.LbEndpoint;
import dev.weft.protocol.lite.envoy.config.endpoint.v3.LocalityLbEndpoints;
import dev.weft.protocol.lite.protobuf.Struct;
import dev.weft.protocol.lite.protobuf.Value;
import dev.weft.protocol.names.ResourceNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads cluster load assignments. */
final class EndpointReader {
  private static final String METADATA = "weft";

  private EndpointReader() {}

  /** Reads endpoints that are IP addresses. */
  static List<EndpointConfig> addresses(ClusterLoadAssignment assignment, Field field) {
    return read(assignment, false, field);
  }

  /** Reads endpoints whose address may be a name, still to be resolved. */
  static List<EndpointConfig> names(ClusterLoadAssignment assignment, Field field) {
    return read(assignment, true, field);
  }

  private static List<EndpointConfig> read(
      ClusterLoadAssignment assignment, boolean mayBeName, Field field) {
    if (assignment.getPolicy().getDropOverloadsCount() > 0) {
      field.at("policy").at("drop_overloads").ignored();
    }
    if (!XdsDefaults.hasUsualOverprovisioning(assignment.getPolicy())) {
      field.at("policy").at("overprovisioning_factor").ignored();
    }
    List<EndpointConfig> endpoints = new ArrayList<>();
    for (int i = 0; i < assignment.getEndpointsCount(); i++) {
      locality(assignment.getEndpoints(i), mayBeName, field.at("endpoints", i), endpoints);
    }
    return endpoints;
  }

  private static void locality(
      LocalityLbEndpoints group, boolean mayBeName, Field field, List<EndpointConfig> into) {
    if (group.hasLedsClusterLocalityConfig()) {
      throw field.at("leds_cluster_locality_config").unsupported();
    }
    if (group.getPriority() < 0 || group.getPriority() > 128) {
      throw field.at("priority").bad(Integer.toUnsignedString(group.getPriority()), "0 to 128");
    }
    String locality = text(group.getLocality());
    int localityWeight = XdsDefaults.weight(group, field);
    for (int i = 0; i < group.getLbEndpointsCount(); i++) {
      LbEndpoint endpoint = group.getLbEndpoints(i);
      Field endpointField = field.at("lb_endpoints", i);
      SocketAddress address = address(endpoint, mayBeName, endpointField);
      into.add(
          new EndpointConfig(
              address.getAddress(),
              address.getPortValue(),
              XdsDefaults.weight(endpoint, endpointField),
              group.getPriority(),
              locality,
              localityWeight,
              isHealthy(endpoint, endpointField),
              instance(endpoint),
              labels(endpoint),
              offer(endpoint)));
    }
  }

  private static SocketAddress address(LbEndpoint endpoint, boolean mayBeName, Field field) {
    if (!endpoint.hasEndpoint()) {
      throw field.at("endpoint_name").unsupported();
    }
    Address address = endpoint.getEndpoint().getAddress();
    Field addressField = field.at("endpoint").at("address");
    if (!address.hasSocketAddress()) {
      throw addressField.bad(address.getAddressCase(), "socket_address");
    }
    SocketAddress socket = address.getSocketAddress();
    Field socketField = addressField.at("socket_address");
    if (socket.getProtocol() != SocketAddress.Protocol.TCP) {
      throw socketField.at("protocol").bad(socket.getProtocolValue(), "TCP");
    }
    if (socket.getPortValue() < 1 || socket.getPortValue() > 65535) {
      throw socketField
          .at("port_value")
          .bad(Integer.toUnsignedString(socket.getPortValue()), "1 to 65535");
    }
    StringMatchReader.nonEmpty(socket.getAddress(), socketField.at("address"));
    if (!mayBeName && IpLiteral.parse(socket.getAddress()) == null) {
      throw socketField.at("address").bad(socket.getAddress(), "an IP address");
    }
    return socket;
  }

  private static boolean isHealthy(LbEndpoint endpoint, Field field) {
    return switch (endpoint.getHealthStatus()) {
      case UNKNOWN, HEALTHY, DEGRADED -> true;
      case UNHEALTHY, DRAINING, TIMEOUT -> false;
      case UNRECOGNIZED ->
          throw field
              .at("health_status")
              .bad(endpoint.getHealthStatusValue(), "a HealthStatus, 0 to 5");
    };
  }

  private static String instance(LbEndpoint endpoint) {
    String instance =
        weftMetadata(endpoint)
            .getFieldsOrDefault("instance", Value.getDefaultInstance())
            .getStringValue();
    return instance.isEmpty() ? endpoint.getEndpoint().getHostname() : instance;
  }

  private static Map<String, String> labels(LbEndpoint endpoint) {
    Struct labels =
        weftMetadata(endpoint)
            .getFieldsOrDefault("labels", Value.getDefaultInstance())
            .getStructValue();
    Map<String, String> read = new HashMap<>();
    labels.getFieldsMap().forEach((key, value) -> read.put(key, value.getStringValue()));
    return read;
  }

  private static @Nullable UpstreamTls offer(LbEndpoint endpoint) {
    Struct metadata =
        endpoint
            .getMetadata()
            .getFilterMetadataOrDefault(
                ResourceNames.SOCKET_MATCH_METADATA, Struct.getDefaultInstance());
    String identity =
        weftMetadata(endpoint)
            .getFieldsOrDefault(ResourceNames.IDENTITY, Value.getDefaultInstance())
            .getStringValue();
    return TlsReader.offersTls(metadata) ? ClusterTls.offer(identity) : null;
  }

  private static Struct weftMetadata(LbEndpoint endpoint) {
    return endpoint.getMetadata().getFilterMetadataOrDefault(METADATA, Struct.getDefaultInstance());
  }

  private static String text(Locality locality) {
    String text = locality.getRegion() + "/" + locality.getZone() + "/" + locality.getSubZone();
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == '/') {
      end--;
    }
    return text.substring(0, end);
  }
}
