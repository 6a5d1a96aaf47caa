/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.stream;

import dev.weft.agent.control.channel.NodeIdentity;
import dev.weft.protocol.lite.envoy.config.core.v3.Locality;
import dev.weft.protocol.lite.envoy.config.core.v3.Node;
import dev.weft.protocol.lite.protobuf.Struct;
import dev.weft.protocol.lite.protobuf.Value;
import java.util.Map;

/** Says who the agent is, in the words that Istio's control plane understands. */
final class NodeMessage {
  // The version of istiod's API that the metadata follows; istiod wants one to parse.
  private static final String ISTIO_VERSION = "1.24.0";

  private NodeMessage() {}

  static Node of(NodeIdentity node) {
    Struct.Builder metadata =
        Struct.newBuilder()
            .putFields("NAMESPACE", text(node.namespace()))
            .putFields("SERVICE_ACCOUNT", text(node.serviceAccount()))
            .putFields("INSTANCE_IPS", text(String.join(",", node.addresses())))
            .putFields("LABELS", Value.newBuilder().setStructValue(struct(node.labels())).build())
            .putFields("ISTIO_VERSION", text(ISTIO_VERSION))
            .putFields("INTERCEPTION_MODE", text("REDIRECT"))
            .putFields("WEFT_VERSION", text(node.agentVersion()));
    return Node.newBuilder()
        .setId(node.id())
        .setCluster(node.service() + "." + node.namespace())
        .setLocality(locality(node.locality()))
        .setMetadata(metadata)
        .setUserAgentName("weft-agent")
        .setUserAgentVersion(node.agentVersion())
        .build();
  }

  private static Locality locality(String text) {
    String[] parts = text.split("/", 3);
    return Locality.newBuilder()
        .setRegion(parts[0])
        .setZone(parts.length > 1 ? parts[1] : "")
        .setSubZone(parts.length > 2 ? parts[2] : "")
        .build();
  }

  private static Struct struct(Map<String, String> values) {
    Struct.Builder struct = Struct.newBuilder();
    values.forEach((key, value) -> struct.putFields(key, text(value)));
    return struct.build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
