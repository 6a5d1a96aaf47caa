/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.status;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.api.patch.ManagedFields;
import dev.weft.policy.api.patch.Manager;
import dev.weft.policy.model.Finding;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoredResource;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes what the compiler found into the status of resources; only where it says something new.
 * Thread-safe; blocks for the disk.
 */
public final class StatusWriter {
  private static final Manager MANAGER = Manager.updating("weft-policy-server", "status");

  private final Store store;
  private final Clock clock;

  /** Revisions of our own writes: what was compiled before them is still what is there. */
  private final Map<ResourceKey, Long> ownRevisions = new HashMap<>();

  /** Makes a writer to a store. */
  public StatusWriter(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Writes the statuses that follow from a compilation.
   *
   * @param revision the store's revision that was compiled; what was changed since is left alone,
   *     its own compilation follows
   * @param findings all that was found; a resource without a finding is in effect
   */
  public synchronized void write(long revision, List<Finding> findings) {
    Map<ResourceKey, List<Finding>> byResource = new HashMap<>();
    for (Finding finding : findings) {
      byResource.computeIfAbsent(finding.resource(), key -> new ArrayList<>()).add(finding);
    }
    Instant now = clock.instant();
    List<StoredResource> changed = new ArrayList<>();
    for (StoredResource stored : store.list().items()) {
      Kind kind = stored.key().kind();
      boolean isCompiled =
          stored.revision() <= revision
              || Long.valueOf(stored.revision()).equals(ownRevisions.get(stored.key()));
      if (!kind.isReadOnly() && isCompiled) {
        ObjectNode status =
            Statuses.of(stored.resource(), byResource.getOrDefault(stored.key(), List.of()), now);
        // As text: a number is of another class after it was read from the disk.
        if (!status.toString().equals(stored.resource().json().path("status").toString())) {
          changed.add(withStatus(stored, status, now));
        }
      }
    }
    if (!changed.isEmpty()) {
      ownRevisions.values().removeIf(own -> own <= revision);
      for (StoredResource written : store.replaceUnchanged(changed)) {
        ownRevisions.put(written.key(), written.revision());
      }
    }
  }

  private static StoredResource withStatus(StoredResource stored, ObjectNode status, Instant now) {
    ObjectNode old = stored.resource().json();
    ObjectNode json = old.deepCopy();
    json.set("status", status);
    ManagedFields managers = ManagedFields.of(old).afterUpdate(old, json, MANAGER, now);
    json.withObjectProperty("metadata").set("managedFields", managers.toJson());
    return new StoredResource(PolicyResource.of(stored.key().kind(), json), stored.revision());
  }
}
