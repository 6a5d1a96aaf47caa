/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who is at the other end of a stream.
 *
 * @param nodeId {@code sidecar~<ip>~<name>.<namespace>~<namespace>.svc.<domain>}
 * @param namespace its namespace
 * @param serviceAccount its service account; empty if it says none
 * @param labels its labels
 * @param locality {@code region/zone/subzone}; empty if it says none
 */
record Client(
    String nodeId,
    String namespace,
    String serviceAccount,
    Map<String, String> labels,
    String locality) {
  private static final String DEFAULT_NAMESPACE = "default";

  Client {
    labels = Map.copyOf(labels);
  }

  /** Reads what Istio's agents say of themselves, and takes the rest from the node id. */
  static Client of(Node node) {
    Struct metadata = node.getMetadata();
    String namespace = text(metadata, "NAMESPACE");
    Map<String, String> labels = new LinkedHashMap<>();
    metadata
        .getFieldsOrDefault("LABELS", Value.getDefaultInstance())
        .getStructValue()
        .getFieldsMap()
        .forEach((name, value) -> labels.put(name, value.getStringValue()));
    return new Client(
        node.getId(),
        namespace.isEmpty() ? namespaceOf(node.getId()) : namespace,
        text(metadata, "SERVICE_ACCOUNT"),
        labels,
        locality(node.getLocality()));
  }

  private static String locality(Locality locality) {
    String zone = locality.getRegion() + "/" + locality.getZone();
    String text = locality.getSubZone().isEmpty() ? zone : zone + "/" + locality.getSubZone();
    return locality.getZone().isEmpty() && locality.getSubZone().isEmpty()
        ? locality.getRegion()
        : text;
  }

  private static String text(Struct metadata, String field) {
    return metadata.getFieldsOrDefault(field, Value.getDefaultInstance()).getStringValue();
  }

  private static String namespaceOf(String nodeId) {
    String domain = nodeId.substring(nodeId.lastIndexOf('~') + 1);
    int end = domain.indexOf(".svc.");
    return end > 0 ? domain.substring(0, end) : DEFAULT_NAMESPACE;
  }
}
