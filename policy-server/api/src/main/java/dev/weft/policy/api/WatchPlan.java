/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.store.Change;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoreException;
import dev.weft.policy.store.StoredResource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client watches, and how it wants to see it.
 *
 * @param store where the resources are
 * @param resource what is watched
 * @param path the collection, or one resource of it
 * @param selector which of them
 * @param form how each is shown
 * @param hasBookmarks whether the client wants to be told revisions without a change
 * @param timeoutSeconds after this time the watch ends
 * @param afterRevision where it begins; 0 for all that is there, then what changes
 */
record WatchPlan(
    Store store,
    ApiResource resource,
    ResourcePath path,
    Selector selector,
    Form form,
    boolean hasBookmarks,
    long timeoutSeconds,
    long afterRevision) {

  /** Answers 410 at once if the watch cannot begin at its revision. */
  void checkRevision() {
    if (afterRevision > 0) {
      try {
        store.watch(afterRevision, change -> {}).close();
      } catch (StoreException.Gone e) {
        throw gone(e);
      }
    }
  }

  static ApiException gone(StoreException.Gone why) {
    return ApiException.gone("too old or unknown resource version: " + why.getMessage());
  }

  /** Returns the event that a change is to this client, or null if it is none. */
  @Nullable ObjectNode event(Change change) {
    StoredResource before = change.before();
    StoredResource after = change.after();
    boolean wasSeen = before != null && isWatched(before);
    if (after != null && isWatched(after)) {
      return event(wasSeen ? "MODIFIED" : "ADDED", after);
    }
    if (before != null && wasSeen) {
      return event("DELETED", new StoredResource(before.resource(), change.revision()));
    }
    return null;
  }

  ObjectNode added(StoredResource stored) {
    return event("ADDED", stored);
  }

  /** Returns the event that tells a revision and nothing else. */
  ObjectNode bookmark(long revision) {
    ObjectNode empty = JsonNodeFactory.instance.objectNode();
    empty.put("kind", resource.name());
    return event("BOOKMARK", Views.resource(empty, revision, resource.apiVersion(path.version())));
  }

  /** Returns the event that ends a watch which can go on no more. */
  static ObjectNode error(ApiException why) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    return event.put("type", "ERROR").set("object", why.toStatus());
  }

  boolean isWatched(StoredResource stored) {
    return stored.key().kind() == resource.kind()
        && (path.namespace() == null || path.namespace().equals(stored.key().namespace()))
        && (path.name() == null || path.name().equals(stored.key().name()))
        && selector.matches(stored.resource().json());
  }

  private ObjectNode event(String type, StoredResource stored) {
    return event(type, Views.resource(stored, resource.apiVersion(path.version())));
  }

  private ObjectNode event(String type, ObjectNode shown) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("type", type);
    if (!form.isTable()) {
      return event.set("object", shown);
    }
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    metadata.set("resourceVersion", shown.path("metadata").path("resourceVersion"));
    return event.set(
        "object", Views.table(resource, metadata, List.of(shown), form.includeObject()));
  }

  /**
   * How a resource is shown.
   *
   * @param isTable whether as a table of one row
   * @param includeObject what the row carries, see {@link Views#table}
   */
  record Form(boolean isTable, String includeObject) {}
}
