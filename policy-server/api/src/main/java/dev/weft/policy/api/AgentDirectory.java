/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Knows the agents that are there. Thread-safe. */
public interface AgentDirectory {
  /**
   * Returns the agents, each as {@code workload} and {@code report} (the messages of {@code
   * weft.registry.v1} in their JSON form), {@code connected}, {@code connectedAt} and {@code
   * heardAt}; in the order of namespace, service and instance.
   */
  List<ObjectNode> agents();

  /**
   * Returns what is pushed to an agent now: {@code revision}, and {@code resources}, each with its
   * {@code typeUrl}, {@code name}, {@code version}, {@code value}, the serialized message in base
   * 64, and {@code origins}, the policies that it was made of. Null if no agent has the node id.
   */
  @Nullable ObjectNode configuration(String nodeId);
}
