/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The contents that some writes would make. Not thread-safe. */
final class Draft {
  private final TreeMap<ResourceKey, StoredResource> resources;
  private final List<Change> changes = new ArrayList<>();
  private long revision;

  Draft(Contents from) {
    this.resources = new TreeMap<>(from.resources());
    this.revision = from.revision();
  }

  StoredResource create(PolicyResource resource) {
    if (resources.containsKey(resource.key())) {
      throw new StoreException.AlreadyExists(resource.key());
    }
    StoredResource created = new StoredResource(resource, ++revision);
    resources.put(created.key(), created);
    changes.add(new Change.Created(created));
    return created;
  }

  StoredResource replace(PolicyResource resource, long expectedRevision) {
    StoredResource before = expect(resource.key(), expectedRevision);
    StoredResource after = new StoredResource(resource, ++revision);
    resources.put(after.key(), after);
    changes.add(new Change.Replaced(before, after));
    return after;
  }

  StoredResource delete(ResourceKey key, long expectedRevision) {
    StoredResource before = expect(key, expectedRevision);
    resources.remove(key);
    changes.add(new Change.Deleted(before, ++revision));
    return new StoredResource(before.resource(), revision);
  }

  boolean isAt(ResourceKey key, long expectedRevision) {
    StoredResource present = resources.get(key);
    return present != null && present.revision() == expectedRevision;
  }

  List<Change> changes() {
    return List.copyOf(changes);
  }

  Contents toContents() {
    return new Contents(revision, resources);
  }

  private StoredResource expect(ResourceKey key, long expectedRevision) {
    @Nullable StoredResource present = resources.get(key);
    if (present == null) {
      throw new StoreException.NotFound(key);
    }
    if (present.revision() != expectedRevision) {
      throw new StoreException.Conflict(key, present.revision(), expectedRevision);
    }
    return present;
  }
}
