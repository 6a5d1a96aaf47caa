/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import dev.weft.policy.model.ResourceKey;
import java.util.Collections;
import java.util.NavigableMap;

/**
 * All that is stored, at one revision. Immutable.
 *
 * @param revision the revision of the last write
 * @param resources the resources by key
 */
record Contents(long revision, NavigableMap<ResourceKey, StoredResource> resources) {
  Contents {
    resources = Collections.unmodifiableNavigableMap(resources);
  }
}
