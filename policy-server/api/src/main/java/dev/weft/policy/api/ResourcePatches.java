/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.api.patch.ConflictException;
import dev.weft.policy.api.patch.JsonPatch;
import dev.weft.policy.api.patch.Manager;
import dev.weft.policy.api.patch.MergePatch;
import dev.weft.policy.api.patch.PatchException;
import dev.weft.policy.api.patch.ServerSideApply;
import dev.weft.policy.model.Kind;
import dev.weft.policy.store.StoreException;
import dev.weft.policy.store.StoredResource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Patches resources: merge patch, JSON patch and server-side apply. */
final class ResourcePatches {
  /** How often a patch is tried that names no resourceVersion, while others write. */
  static final int MAX_ATTEMPTS = 10;

  private static final String MERGE = "application/merge-patch+json";
  private static final String JSON = "application/json-patch+json";
  private static final String APPLY = "application/apply-patch+yaml";

  private final ResourceWrites writes;

  ResourcePatches(ResourceWrites writes) {
    this.writes = writes;
  }

  ApiAnswer patch(ApiRequest request, ApiResource resource, ResourcePath path) {
    Kind kind = ResourceWrites.kind(resource);
    WriteOptions options = WriteOptions.of(request);
    return switch (request.contentType()) {
      case MERGE -> {
        ObjectNode patch = Bodies.readObject(request.body(), false);
        yield repeated(
            kind,
            path,
            () -> {
              StoredResource live = writes.stored(kind, path);
              JsonNode patched = MergePatch.apply(shown(live, kind, path), patch);
              return keep(live, patched, resource, path, options);
            });
      }
      case JSON -> {
        JsonNode patch = Bodies.read(request.body(), false);
        yield repeated(
            kind,
            path,
            () -> {
              StoredResource live = writes.stored(kind, path);
              return keep(
                  live, jsonPatched(shown(live, kind, path), patch), resource, path, options);
            });
      }
      case APPLY -> {
        ObjectNode wanted = Bodies.readObject(request.body(), true);
        yield repeated(kind, path, () -> apply(kind, resource, path, wanted, options));
      }
      default ->
          throw ApiException.unsupportedMediaType(
              request.contentType(), String.join(", ", MERGE, JSON, APPLY));
    };
  }

  private ApiAnswer apply(
      Kind kind, ApiResource resource, ResourcePath path, ObjectNode wanted, WriteOptions options) {
    Admission.checkIdentity(wanted, resource, path);
    if (!wanted.path("metadata").path("managedFields").isEmpty()) {
      throw ApiException.badRequest("metadata.managedFields: present (expected: absent)");
    }
    boolean isStatus = path.subresource().equals("status");
    ObjectNode own = wanted.deepCopy();
    own.remove(isStatus ? "spec" : "status");
    Manager manager = Manager.applying(options.manager(), path.subresource());
    @Nullable StoredResource live = writes.find(kind, path);
    if (live == null && isStatus) {
      throw ApiException.notFound(kind, String.valueOf(path.name()));
    }
    ObjectNode base =
        live == null ? JsonNodeFactory.instance.objectNode() : shown(live, kind, path);
    ObjectNode applied;
    try {
      applied = ServerSideApply.apply(base, own, manager, options.isForced(), writes.now());
    } catch (ConflictException e) {
      throw ApiException.applyConflict(e);
    }
    applied.withObjectProperty("metadata").put("name", path.name());
    return live == null
        ? writes.createDraft(kind, path, applied, options, manager)
        : writes.replaceDraft(live, applied, path, options, manager);
  }

  private ApiAnswer keep(
      StoredResource live,
      JsonNode patched,
      ApiResource resource,
      ResourcePath path,
      WriteOptions options) {
    if (!(patched instanceof ObjectNode draft)) {
      throw ApiException.unprocessable("the patch leaves no resource");
    }
    Admission.checkIdentity(draft, resource, path);
    Manager manager = Manager.updating(options.manager(), path.subresource());
    return writes.replaceDraft(live, draft.deepCopy(), path, options, manager);
  }

  private static JsonNode jsonPatched(ObjectNode live, JsonNode patch) {
    try {
      return JsonPatch.apply(live, patch);
    } catch (PatchException e) {
      throw ApiException.unprocessable("the patch does not fit: " + e.getMessage());
    }
  }

  /** Tries again if the resource changed between reading and writing. */
  private static ApiAnswer repeated(Kind kind, ResourcePath path, Supplier<ApiAnswer> attempt) {
    for (int attempts = 1; ; attempts++) {
      try {
        return attempt.get();
      } catch (StoreException.Conflict | StoreException.NotFound | StoreException.AlreadyExists e) {
        if (attempts == MAX_ATTEMPTS) {
          throw ApiException.conflict(kind, String.valueOf(path.name()), e.getMessage() + "");
        }
      }
    }
  }

  private static ObjectNode shown(StoredResource live, Kind kind, ResourcePath path) {
    return Views.resource(live, kind.group() + "/" + path.version());
  }
}
