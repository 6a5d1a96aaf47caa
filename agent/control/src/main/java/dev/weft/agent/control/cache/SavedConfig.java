/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.cache;

import dev.weft.agent.control.translate.XdsResource;
import java.util.List;

/**
 * A configuration in a file.
 *
 * @param storeId the identity of the store it came from; empty for a compiled file
 * @param nodeId the agent that saved it; empty for a compiled file
 * @param savedAtMillis when, since the epoch
 * @param resources clusters, endpoints, listeners and routes
 * @param strictSeen whether strict mutual TLS was ever ordered for this workload
 */
public record SavedConfig(
    String storeId,
    String nodeId,
    long savedAtMillis,
    List<XdsResource> resources,
    boolean strictSeen) {
  /** Copies the collection. */
  public SavedConfig {
    resources = List.copyOf(resources);
  }
}
