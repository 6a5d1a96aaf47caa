/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.protocol.names.ResourceNames;
import java.util.Map;

/**
 * What decides which endpoints a cluster has.
 *
 * @param service the service
 * @param port one of its ports
 * @param subset the subset's name; empty for the whole service
 * @param labels the subset's labels
 */
record ClusterKey(Service service, Service.Port port, String subset, Map<String, String> labels) {
  ClusterKey {
    labels = Map.copyOf(labels);
  }

  String name() {
    return ResourceNames.outboundCluster(port.number(), subset, service.host());
  }
}
