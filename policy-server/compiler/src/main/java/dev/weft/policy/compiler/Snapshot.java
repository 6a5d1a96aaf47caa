/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.protocol.names.TypeUrls;
import java.util.Map;

/**
 * All that one audience gets, by type URL and by name. Immutable.
 *
 * @param byType the resources of {@link TypeUrls#MAKE_BEFORE_BREAK}
 */
public record Snapshot(Map<String, Map<String, CompiledResource>> byType) {
  /** Copies the outer map; the inner ones are shared and never change. */
  public Snapshot {
    byType = Map.copyOf(byType);
  }

  /**
   * Returns the resources of a type by name; none of a type that is not known. While nothing of the
   * type changes it is the same object from compilation to compilation.
   */
  public Map<String, CompiledResource> resources(String typeUrl) {
    return byType.getOrDefault(typeUrl, Map.of());
  }
}
