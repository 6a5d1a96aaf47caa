/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Knows the agents that are there. Thread-safe. */
public interface AgentDirectory {
  /**
   * Returns the agents, each as {@code workload} and {@code report} (the messages of {@code
   * weft.registry.v1} in their JSON form), {@code connected}, {@code connectedAt} and {@code
   * heardAt}; in the order of namespace, service and instance.
   */
  List<ObjectNode> agents();
}
