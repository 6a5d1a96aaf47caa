/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;

/**
 * A resource and the revision that wrote it.
 *
 * @param resource the contents; {@code metadata.resourceVersion} in its JSON means nothing, the
 *     revision does
 * @param revision the store's revision of the write
 */
public record StoredResource(PolicyResource resource, long revision) {

  /** Returns what names it. */
  public ResourceKey key() {
    return resource.key();
  }
}
