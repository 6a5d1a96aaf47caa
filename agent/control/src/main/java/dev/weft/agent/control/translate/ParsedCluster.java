/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.EndpointConfig;
import java.util.List;

/**
 * A cluster as read, before its endpoints are known.
 *
 * @param config the cluster; with endpoints only if it is static
 * @param source where its endpoints come from
 * @param edsName the name to ask for them by, for {@link Source#EDS}
 * @param names endpoints with names for addresses, for {@link Source#DNS}
 * @param family which addresses of a name count
 * @param firstAddressOnly whether one address of a name is enough, as for LOGICAL_DNS
 * @param tls how connections to the endpoints are secured; applied already if it is static
 */
record ParsedCluster(
    ClusterConfig config,
    Source source,
    String edsName,
    List<EndpointConfig> names,
    DnsName.Family family,
    boolean firstAddressOnly,
    ClusterTls tls) {
  /** Copies the collections. */
  ParsedCluster {
    names = List.copyOf(names);
  }

  /** Where endpoints come from. */
  enum Source {
    EDS,
    STATIC,
    DNS,
    ORIGINAL_DST
  }
}
