/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.StringDataType;
import org.jspecify.annotations.Nullable;

/**
 * The file that a store is kept in: one map of resources as JSON, one of facts about the store.
 * Used by one thread at a time.
 */
final class StoreFile {
  private static final String FILE_NAME = "weft-policies.mv";
  private static final String FORMAT = "1";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** After so many saves, space that old revisions hold is won back. */
  private static final int SAVES_PER_COMPACTION = 512;

  private static final int COMPACTION_TARGET_PERCENT = 50;
  private static final int COMPACTION_BYTES = 4 << 20;

  private final MVStore store;
  private final MVMap<String, String> facts;
  private final MVMap<String, String> resources;
  private final String identity;
  private int saves;

  private StoreFile(MVStore store, UUID newIdentity, long firstRevision) {
    this.store = store;
    MVMap.Builder<String, String> strings =
        new MVMap.Builder<String, String>()
            .keyType(StringDataType.INSTANCE)
            .valueType(StringDataType.INSTANCE);
    this.facts = store.openMap("facts", strings);
    this.resources = store.openMap("resources", strings);
    if (facts.isEmpty()) {
      facts.put("format", FORMAT);
      facts.put("identity", newIdentity.toString());
      facts.put("revision", Long.toString(firstRevision));
      store.commit();
      store.sync();
    }
    if (!FORMAT.equals(facts.get("format"))) {
      throw new MVStoreException(
          0, "the format is " + facts.get("format") + " (expected: " + FORMAT + ")");
    }
    this.identity = fact("identity");
  }

  static StoreFile open(Path directory) {
    Path path = directory.resolve(FILE_NAME);
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StoreException.Failed(
          "cannot make the directory " + directory + ": " + e.getMessage(), e);
    }
    MVStore store = null;
    try {
      store = new MVStore.Builder().fileName(path.toString()).autoCommitDisabled().open();
      return new StoreFile(store, UUID.randomUUID(), 1);
    } catch (MVStoreException e) {
      if (store != null) {
        store.closeImmediately();
      }
      throw new StoreException.Failed(
          e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED
              ? path + " is in use by another process"
              : "cannot open " + path + ": " + e.getMessage(),
          e);
    }
  }

  static StoreFile inMemory(UUID identity, long firstRevision) {
    return new StoreFile(
        new MVStore.Builder().autoCommitDisabled().open(), identity, firstRevision);
  }

  String identity() {
    return identity;
  }

  /** Reads all that the file holds. */
  Contents load() {
    TreeMap<ResourceKey, StoredResource> loaded = new TreeMap<>();
    for (Map.Entry<String, String> entry : resources.entrySet()) {
      StoredResource resource = decode(entry.getKey(), entry.getValue());
      loaded.put(resource.key(), resource);
    }
    return new Contents(Long.parseLong(fact("revision")), loaded);
  }

  /**
   * Writes changes, all or none, and returns when they are on the disk.
   *
   * @throws StoreException.Failed if it could not
   */
  void save(List<Change> changes) {
    try {
      long revision = 0;
      for (Change change : changes) {
        StoredResource after = change.after();
        if (after == null) {
          resources.remove(name(change.key()));
        } else {
          resources.put(name(change.key()), encode(after));
        }
        revision = change.revision();
      }
      facts.put("revision", Long.toString(revision));
      store.commit();
      store.sync();
      if (++saves % SAVES_PER_COMPACTION == 0) {
        store.compact(COMPACTION_TARGET_PERCENT, COMPACTION_BYTES);
      }
    } catch (MVStoreException | IllegalStateException e) {
      undo();
      String remedy = store.isClosed() ? "; restart the server when the disk is in order" : "";
      throw new StoreException.Failed(
          "cannot write to the store, which keeps what it held: " + e.getMessage() + remedy, e);
    }
  }

  void close() {
    if (!store.isClosed()) {
      store.close();
    }
  }

  private void undo() {
    if (!store.isClosed()) {
      store.rollback();
    }
  }

  private String fact(String name) {
    String value = facts.get(name);
    if (value == null) {
      throw new MVStoreException(0, "the fact " + name + " is missing");
    }
    return value;
  }

  private static String name(ResourceKey key) {
    return key.kind() + "/" + key.namespace() + "/" + key.name();
  }

  /** The revision, a line feed, the JSON. */
  private static String encode(StoredResource resource) {
    return resource.revision() + "\n" + resource.resource().json();
  }

  private static StoredResource decode(String name, String value) {
    int end = value.indexOf('\n');
    try {
      ObjectNode json = (ObjectNode) JSON.readTree(value.substring(end + 1));
      Kind kind = kindOf(json);
      if (end < 0 || kind == null) {
        throw new IOException("no resource of a known kind");
      }
      return new StoredResource(
          PolicyResource.of(kind, json), Long.parseLong(value.substring(0, end)));
    } catch (IOException | RuntimeException e) {
      throw new StoreException.Failed("cannot read " + name + " from the store", e);
    }
  }

  private static @Nullable Kind kindOf(ObjectNode json) {
    return Kinds.byApiVersion(json.path("apiVersion").asText(), json.path("kind").asText());
  }
}
