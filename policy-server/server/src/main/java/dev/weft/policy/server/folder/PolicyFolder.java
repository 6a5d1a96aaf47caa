/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceFile;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoreException;
import dev.weft.policy.store.StoredResource;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a store as a folder of YAML files says. It looks once a second. A file with a problem is
 * reported once, by file and line, and what it held before stays in effect; so does everything if
 * the folder cannot be read.
 */
public final class PolicyFolder implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(PolicyFolder.class.getName());
  private static final long PERIOD_MILLIS = 1000;

  private final Path folder;
  private final Store store;
  private final ScheduledExecutorService timer;

  /** What each file said when it was good last; touched by one thread at a time, as the next. */
  private final Map<Path, List<PolicyResource>> good = new TreeMap<>();

  private Map<Path, FolderScan.Mark> seen = Map.of();
  private boolean isUnreadable;

  private PolicyFolder(Path folder, Store store) {
    this.folder = folder;
    this.store = store;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "weft-policies");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Reads a folder into a store, and keeps reading it.
   *
   * @throws IOException if the folder cannot be read now
   */
  public static PolicyFolder follow(Path folder, Store store) throws IOException {
    PolicyFolder followed = new PolicyFolder(folder, store);
    followed.take(FolderScan.of(folder));
    ScheduledFuture<?> unused =
        followed.timer.scheduleWithFixedDelay(
            followed::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return followed;
  }

  /** Returns an identity for a store that shows a folder: the same as long as the folder is. */
  public static UUID identity(Path folder) {
    return UUID.nameUUIDFromBytes(
        folder.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private void look() {
    try {
      Map<Path, FolderScan.Mark> now = FolderScan.of(folder);
      isUnreadable = false;
      if (!now.equals(seen)) {
        take(now);
      }
    } catch (IOException e) {
      if (!isUnreadable) {
        LOGGER.log(
            Level.ERROR,
            folder + " cannot be read, its policies stay as they are: " + e.getMessage());
      }
      isUnreadable = true;
    } catch (RuntimeException e) {
      LOGGER.log(Level.ERROR, "Policies stay as they are; reading " + folder + " failed", e);
    }
  }

  private void take(Map<Path, FolderScan.Mark> now) {
    for (Map.Entry<Path, FolderScan.Mark> file : now.entrySet()) {
      if (!file.getValue().equals(seen.get(file.getKey()))) {
        read(file.getKey());
      }
    }
    good.keySet().retainAll(now.keySet());
    seen = now;
    write(wanted());
  }

  private void read(Path file) {
    ResourceFile read = ResourceFile.read(file);
    if (read.problems().isEmpty()) {
      good.put(file, read.resources());
      return;
    }
    String consequence =
        good.containsKey(file)
            ? "; what the file said before stays in effect"
            : "; nothing of the file is in effect";
    for (String problem : read.problems()) {
      LOGGER.log(Level.ERROR, problem + consequence);
    }
  }

  private Map<ResourceKey, PolicyResource> wanted() {
    Map<ResourceKey, PolicyResource> wanted = new LinkedHashMap<>();
    Map<ResourceKey, Path> origins = new HashMap<>();
    good.forEach(
        (file, resources) -> {
          for (PolicyResource resource : resources) {
            Path first = origins.putIfAbsent(resource.key(), file);
            if (first == null) {
              wanted.put(resource.key(), resource);
            } else {
              LOGGER.log(
                  Level.ERROR,
                  file + ": " + resource.key() + " is in " + first + " too, which is in effect");
            }
          }
        });
    return wanted;
  }

  private void write(Map<ResourceKey, PolicyResource> wanted) {
    List<String> changes = new ArrayList<>();
    for (StoredResource stored : store.list().items()) {
      if (!wanted.containsKey(stored.key())) {
        delete(stored.key());
        changes.add("removed " + stored.key());
      }
    }
    for (PolicyResource resource : wanted.values()) {
      if (write(resource)) {
        changes.add(resource.key().toString());
      }
    }
    if (!changes.isEmpty()) {
      LOGGER.log(Level.INFO, "Policies from " + folder + ": " + String.join(", ", changes));
    }
  }

  /** Returns whether there was anything to write. */
  private boolean write(PolicyResource resource) {
    while (true) {
      StoredResource present = store.get(resource.key());
      try {
        if (present == null) {
          store.create(completed(resource, null));
          return true;
        }
        PolicyResource completed = completed(resource, present);
        if (completed.json().equals(present.resource().json())) {
          return false;
        }
        store.replace(completed, present.revision());
        return true;
      } catch (StoreException.Conflict e) {
        // its status was written meanwhile: read it again
      }
    }
  }

  private void delete(ResourceKey key) {
    while (true) {
      StoredResource present = store.get(key);
      if (present == null) {
        return;
      }
      try {
        store.delete(key, present.revision());
        return;
      } catch (StoreException.Conflict e) {
        // its status was written meanwhile: read it again
      }
    }
  }

  /** Adds what the API would add. */
  private static PolicyResource completed(
      PolicyResource resource, @Nullable StoredResource present) {
    ObjectNode json = resource.json().deepCopy();
    json.remove("status");
    ObjectNode metadata = json.withObjectProperty("metadata");
    metadata.put("namespace", resource.namespace());
    if (present == null) {
      metadata.put("uid", UUID.randomUUID().toString());
      metadata.put("creationTimestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
      metadata.put("generation", 1);
    } else {
      ObjectNode was = present.resource().json();
      for (String field : List.of("uid", "creationTimestamp", "generation", "managedFields")) {
        if (was.path("metadata").has(field)) {
          metadata.set(field, was.path("metadata").get(field));
        }
      }
      if (!was.path("spec").equals(json.path("spec"))) {
        metadata.put("generation", present.resource().generation() + 1);
      }
      if (was.has("status")) {
        json.set("status", was.get("status"));
      }
    }
    return PolicyResource.of(resource.kind(), json);
  }
}
