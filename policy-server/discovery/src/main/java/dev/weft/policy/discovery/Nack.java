/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import dev.weft.policy.model.ResourceKey;
import java.util.List;
import java.util.Set;

/**
 * An agent's refusal of resources.
 *
 * @param nodeId the agent's node id
 * @param typeUrl the type of the resources
 * @param names the refused ones, as far as the agent named them; else all that were sent together
 * @param origins what they were made of
 * @param message the agent's reason
 */
public record Nack(
    String nodeId, String typeUrl, List<String> names, Set<ResourceKey> origins, String message) {
  /** Copies the collections. */
  public Nack {
    names = List.copyOf(names);
    origins = Set.copyOf(origins);
  }
}
