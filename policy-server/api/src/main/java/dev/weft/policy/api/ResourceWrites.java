/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.api.patch.ManagedFields;
import dev.weft.policy.api.patch.Manager;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.PolicyResource;
import dev.weft.policy.model.ResourceKey;
import dev.weft.policy.store.Store;
import dev.weft.policy.store.StoreException;
import dev.weft.policy.store.StoredResource;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Creates, replaces and deletes. What others decide about a resource, its status, stays apart. */
final class ResourceWrites {
  private static final String STATUS = "status";
  private static final String GENERATED_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
  private static final int GENERATED_SUFFIX_LENGTH = 5;

  private final Store store;
  private final Clock clock;

  ResourceWrites(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  /** Returns the resource that a path names, or null. */
  @Nullable StoredResource find(Kind kind, ResourcePath path) {
    return store.get(
        new ResourceKey(kind, String.valueOf(path.namespace()), String.valueOf(path.name())));
  }

  /** Returns the resource that a path names, or answers 404. */
  StoredResource stored(Kind kind, ResourcePath path) {
    StoredResource stored = find(kind, path);
    if (stored == null) {
      throw ApiException.notFound(kind, String.valueOf(path.name()));
    }
    return stored;
  }

  ApiAnswer create(ApiResource resource, ResourcePath path, ObjectNode body, WriteOptions options) {
    Kind kind = kind(resource);
    Admission.checkIdentity(body, resource, path);
    if (!body.path("metadata").path("resourceVersion").asText("").isEmpty()) {
      throw ApiException.badRequest(
          "metadata.resourceVersion: present (expected: absent, it is new)");
    }
    ObjectNode draft = body.deepCopy();
    draft.remove(STATUS);
    return createDraft(kind, path, draft, options, Manager.updating(options.manager(), ""));
  }

  /** Keeps a new resource; its managed fields are set already if the manager applies. */
  ApiAnswer createDraft(
      Kind kind, ResourcePath path, ObjectNode draft, WriteOptions options, Manager manager) {
    draft.put("apiVersion", kind.apiVersion());
    ObjectNode metadata = draft.withObjectProperty("metadata");
    nameGenerated(metadata);
    metadata.put("namespace", String.valueOf(path.namespace()));
    metadata.remove(List.of("resourceVersion", "selfLink", "deletionTimestamp"));
    metadata.put("uid", UUID.randomUUID().toString());
    metadata.put("creationTimestamp", now().truncatedTo(ChronoUnit.SECONDS).toString());
    metadata.put("generation", 1);
    ObjectNode nothing = JsonNodeFactory.instance.objectNode();
    if (!manager.isApply()) {
      setManagers(draft, ManagedFields.of(draft).afterUpdate(nothing, draft, manager, now()));
    }
    List<String> warnings = Admission.check(kind, draft, nothing, options.unknownFields());
    PolicyResource resource = PolicyResource.of(kind, draft);
    if (store.get(resource.key()) != null) {
      throw ApiException.alreadyExists(kind, resource.name());
    }
    try {
      StoredResource created =
          options.isDryRun() ? new StoredResource(resource, 0) : store.create(resource);
      return new ApiAnswer.Document(201, view(created, kind, path), warnings);
    } catch (StoreException.AlreadyExists e) {
      throw ApiException.alreadyExists(kind, resource.name());
    }
  }

  ApiAnswer replace(
      ApiResource resource, ResourcePath path, ObjectNode body, WriteOptions options) {
    Kind kind = kind(resource);
    Admission.checkIdentity(body, resource, path);
    StoredResource before = stored(kind, path);
    Manager manager = Manager.updating(options.manager(), path.subresource());
    return replaceDraft(before, body.deepCopy(), path, options, manager);
  }

  /**
   * Keeps a changed resource.
   *
   * @param before what it was when the change was made
   * @param draft what it becomes; changed here
   * @param manager who changed it; the managed fields of the draft are final if it applies
   */
  ApiAnswer replaceDraft(
      StoredResource before,
      ObjectNode draft,
      ResourcePath path,
      WriteOptions options,
      Manager manager) {
    Kind kind = before.key().kind();
    ObjectNode old = before.resource().json();
    checkPreconditions(before, draft.path("metadata"));
    draft.put("apiVersion", kind.apiVersion());
    ObjectNode changed = path.subresource().equals(STATUS) ? statusOnly(old, draft) : draft;
    keepServersFields(old, changed, path);
    if (!manager.isApply()) {
      setManagers(changed, managersAfter(old, changed, manager));
    }
    boolean isSame = isSame(old, changed);
    if (!isSame && !withoutStatusAndMetadata(old).equals(withoutStatusAndMetadata(changed))) {
      changed.withObjectProperty("metadata").put("generation", before.resource().generation() + 1);
    }
    List<String> warnings = Admission.check(kind, changed, old, options.unknownFields());
    PolicyResource resource = PolicyResource.of(kind, changed);
    StoredResource after;
    if (isSame) {
      after = before;
    } else if (options.isDryRun()) {
      after = new StoredResource(resource, before.revision());
    } else {
      after = store.replace(resource, before.revision());
    }
    return new ApiAnswer.Document(200, view(after, kind, path), warnings);
  }

  ApiAnswer delete(
      ApiResource resource, ResourcePath path, JsonNode preconditions, boolean isDryRun) {
    Kind kind = kind(resource);
    StoredResource before = deleted(kind, path, preconditions, isDryRun);
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Success");
    status
        .putObject("details")
        .put("name", before.key().name())
        .put("group", kind.group())
        .put("kind", kind.plural())
        .set("uid", before.resource().json().path("metadata").path("uid"));
    return ApiAnswer.Document.ok(status);
  }

  /** Tries again if the resource changed in between, as by its status: who deletes means it all. */
  private StoredResource deleted(
      Kind kind, ResourcePath path, JsonNode preconditions, boolean isDryRun) {
    for (int attempts = 1; ; attempts++) {
      StoredResource before = stored(kind, path);
      checkPreconditions(before, preconditions);
      try {
        if (!isDryRun) {
          store.delete(before.key(), before.revision());
        }
        return before;
      } catch (StoreException.Conflict | StoreException.NotFound e) {
        if (attempts == ResourcePatches.MAX_ATTEMPTS) {
          throw ApiException.conflict(kind, before.key().name(), String.valueOf(e.getMessage()));
        }
      }
    }
  }

  static Kind kind(ApiResource resource) {
    Kind kind = resource.kind();
    if (kind == null || kind.isReadOnly()) {
      throw ApiException.methodNotAllowed(
          resource.plural() + " are made by the server, nobody else writes them");
    }
    return kind;
  }

  private static void checkPreconditions(StoredResource before, JsonNode given) {
    Kind kind = before.key().kind();
    String version = given.path("resourceVersion").asText("");
    if (!version.isEmpty() && !version.equals(Long.toString(before.revision()))) {
      throw ApiException.conflict(
          kind,
          before.key().name(),
          "the object has been modified; please apply your changes to the latest version and try"
              + " again (resourceVersion: "
              + version
              + ", expected: "
              + before.revision()
              + ")");
    }
    String uid = given.path("uid").asText("");
    String present = before.resource().json().path("metadata").path("uid").asText("");
    if (!uid.isEmpty() && !uid.equals(present)) {
      throw ApiException.conflict(
          kind, before.key().name(), "uid: " + uid + " (expected: " + present + ")");
    }
  }

  /** What a write of the status changes: that, and who manages it. */
  private static ObjectNode statusOnly(ObjectNode old, ObjectNode draft) {
    ObjectNode changed = old.deepCopy();
    JsonNode managers = draft.path("metadata").path("managedFields");
    if (managers.isArray()) {
      changed.withObjectProperty("metadata").set("managedFields", managers);
    }
    if (draft.hasNonNull(STATUS)) {
      changed.set(STATUS, draft.get(STATUS));
    } else {
      changed.remove(STATUS);
    }
    return changed;
  }

  private static void keepServersFields(ObjectNode old, ObjectNode changed, ResourcePath path) {
    ObjectNode metadata = changed.withObjectProperty("metadata");
    JsonNode was = old.path("metadata");
    metadata.remove(List.of("resourceVersion", "selfLink", "deletionTimestamp"));
    for (String field : List.of("name", "namespace", "uid", "creationTimestamp", "generation")) {
      metadata.set(field, was.path(field));
    }
    if (!path.subresource().equals(STATUS)) {
      if (old.has(STATUS)) {
        changed.set(STATUS, old.get(STATUS));
      } else {
        changed.remove(STATUS);
      }
    }
  }

  private ManagedFields managersAfter(ObjectNode old, ObjectNode changed, Manager manager) {
    boolean areGiven = changed.path("metadata").path("managedFields").isArray();
    ManagedFields base = ManagedFields.of(areGiven ? changed : old);
    return base.afterUpdate(old, changed, manager, now());
  }

  private static void setManagers(ObjectNode resource, ManagedFields managers) {
    resource.withObjectProperty("metadata").set("managedFields", managers.toJson());
  }

  private static boolean isSame(ObjectNode old, ObjectNode changed) {
    return withoutManagers(old).equals(withoutManagers(changed))
        && ManagedFields.of(old).sameOwners(ManagedFields.of(changed));
  }

  private static ObjectNode withoutManagers(ObjectNode resource) {
    ObjectNode copy = resource.deepCopy();
    copy.withObjectProperty("metadata").remove("managedFields");
    return copy;
  }

  private static ObjectNode withoutStatusAndMetadata(ObjectNode resource) {
    ObjectNode copy = resource.objectNode();
    copy.setAll(resource);
    copy.remove(List.of("metadata", STATUS));
    return copy;
  }

  private static void nameGenerated(ObjectNode metadata) {
    String prefix = metadata.path("generateName").asText("");
    if (metadata.path("name").asText("").isEmpty() && !prefix.isEmpty()) {
      StringBuilder name = new StringBuilder(prefix);
      ThreadLocalRandom.current()
          .ints(GENERATED_SUFFIX_LENGTH, 0, GENERATED_SUFFIX_LETTERS.length())
          .forEach(letter -> name.append(GENERATED_SUFFIX_LETTERS.charAt(letter)));
      metadata.put("name", name.toString());
    }
  }

  private static ObjectNode view(StoredResource stored, Kind kind, ResourcePath path) {
    return Views.resource(stored, kind.group() + "/" + path.version());
  }
}
