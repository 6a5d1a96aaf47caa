/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.api.patch.ConflictException.Conflict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Server-side apply: a manager says all that it wants of a resource. Fields that it no longer wants
 * go, if nobody else owns them; fields that others set differently are conflicts.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/server-side-apply/">Server-Side
 *     Apply</a>
 */
public final class ServerSideApply {
  private ServerSideApply() {}

  /**
   * Returns the resource with the manager's wishes applied, its managed fields included.
   *
   * @param live the resource as it is; an empty object if there is none yet
   * @param wanted what the manager wants, all of it
   * @param isForced whether the manager takes fields from others
   * @throws ConflictException if others own fields with other values, and it is not forced
   */
  public static ObjectNode apply(
      ObjectNode live, ObjectNode wanted, Manager manager, boolean isForced, Instant now)
      throws ConflictException {
    ManagedFields owners = ManagedFields.of(live);
    FieldSet fields = FieldSet.of(wanted);
    FieldSet disputed = disputed(live, wanted, manager, isForced);
    ObjectNode merged = live.deepCopy();
    merge(merged, wanted);
    for (List<String> path : owners.fieldsOf(manager).minus(fields).paths()) {
      if (owners.othersWhoOwn(path, manager).isEmpty()) {
        remove(merged, path, 0);
      }
    }
    ManagedFields after = owners.with(manager, fields, disputed, wanted, now);
    merged.withObjectProperty("metadata").set("managedFields", after.toJson());
    return merged;
  }

  private static FieldSet disputed(
      ObjectNode live, ObjectNode wanted, Manager manager, boolean isForced)
      throws ConflictException {
    ManagedFields owners = ManagedFields.of(live);
    List<Conflict> conflicts = new ArrayList<>();
    Set<List<String>> disputed = new LinkedHashSet<>();
    for (List<String> path : FieldSet.of(wanted).paths()) {
      if (!FieldSet.valueAt(live, path).equals(FieldSet.valueAt(wanted, path))) {
        for (Manager owner : owners.othersWhoOwn(path, manager)) {
          disputed.add(path);
          conflicts.add(
              new Conflict(
                  "." + String.join(".", path),
                  "conflict with \""
                      + owner.name()
                      + "\""
                      + (owner.subresource().isEmpty()
                          ? ""
                          : " with subresource \"" + owner.subresource() + "\"")
                      + " using "
                      + owners.apiVersionOf(owner)));
        }
      }
    }
    if (!conflicts.isEmpty() && !isForced) {
      throw new ConflictException(conflicts);
    }
    return new FieldSet(disputed);
  }

  private static void merge(ObjectNode target, ObjectNode wanted) {
    for (Map.Entry<String, JsonNode> field : wanted.properties()) {
      JsonNode value = field.getValue();
      if (value instanceof ObjectNode object
          && target.get(field.getKey()) instanceof ObjectNode present) {
        merge(present, object);
      } else if (!value.isNull()) {
        target.set(field.getKey(), value.deepCopy());
      }
    }
  }

  /** Removes a field, and the objects around it that become empty. */
  private static void remove(ObjectNode target, List<String> path, int depth) {
    String name = path.get(depth);
    if (depth == path.size() - 1) {
      target.remove(name);
    } else if (target.get(name) instanceof ObjectNode child) {
      remove(child, path, depth + 1);
      if (child.isEmpty() && depth > 0) {
        target.remove(name);
      }
    }
  }
}
