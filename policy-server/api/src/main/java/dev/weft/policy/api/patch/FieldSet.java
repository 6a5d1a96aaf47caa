/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Paths of fields, as {@code fieldsV1} of a managed field has them. A list counts as one value, as
 * the kinds' schemas say nothing else.
 *
 * @param paths each a path of names from the root to a value that is no object, or an empty one
 */
record FieldSet(Set<List<String>> paths) {
  private static final String FIELD = "f:";
  private static final Set<String> NOT_OWNED = Set.of("apiVersion", "kind", "metadata");
  private static final Set<String> OWNED_METADATA =
      Set.of("annotations", "finalizers", "labels", "ownerReferences");

  FieldSet {
    paths = Collections.unmodifiableSet(new LinkedHashSet<>(paths));
  }

  /** Returns the fields of a resource that somebody may own. */
  static FieldSet of(JsonNode resource) {
    Set<List<String>> paths = new LinkedHashSet<>();
    for (Map.Entry<String, JsonNode> field : resource.path("metadata").properties()) {
      if (OWNED_METADATA.contains(field.getKey())) {
        collect(field.getValue(), List.of("metadata", field.getKey()), paths);
      }
    }
    for (Map.Entry<String, JsonNode> field : resource.properties()) {
      if (!NOT_OWNED.contains(field.getKey())) {
        collect(field.getValue(), List.of(field.getKey()), paths);
      }
    }
    return new FieldSet(paths);
  }

  /**
   * Reads what {@link #toJson} wrote. Elements of lists, that others may have written, are skipped.
   */
  static FieldSet parse(JsonNode fieldsV1) {
    Set<List<String>> paths = new LinkedHashSet<>();
    parse(fieldsV1, List.of(), paths);
    return new FieldSet(paths);
  }

  ObjectNode toJson() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    for (List<String> path : paths) {
      ObjectNode node = root;
      for (String name : path) {
        node = node.withObjectProperty(FIELD + name);
      }
    }
    return root;
  }

  boolean isEmpty() {
    return paths.isEmpty();
  }

  boolean contains(List<String> path) {
    return paths.contains(path);
  }

  FieldSet plus(FieldSet other) {
    Set<List<String>> union = new LinkedHashSet<>(paths);
    union.addAll(other.paths);
    return new FieldSet(union);
  }

  FieldSet minus(FieldSet other) {
    return only(path -> !other.contains(path));
  }

  FieldSet only(Predicate<List<String>> isWanted) {
    Set<List<String>> some = new LinkedHashSet<>(paths);
    some.removeIf(isWanted.negate());
    return new FieldSet(some);
  }

  /** Returns the value at a path; a missing node if there is none. */
  static JsonNode valueAt(JsonNode resource, List<String> path) {
    JsonNode value = resource;
    for (String name : path) {
      value = value.path(name);
    }
    return value;
  }

  private static void collect(JsonNode value, List<String> path, Set<List<String>> paths) {
    if (value.isObject() && !value.isEmpty()) {
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        collect(field.getValue(), child(path, field.getKey()), paths);
      }
    } else if (!value.isNull()) {
      paths.add(path);
    }
  }

  private static void parse(JsonNode node, List<String> path, Set<List<String>> paths) {
    boolean isLeaf = true;
    for (Map.Entry<String, JsonNode> child : node.properties()) {
      if (child.getKey().startsWith(FIELD)) {
        isLeaf = false;
        parse(child.getValue(), child(path, child.getKey().substring(FIELD.length())), paths);
      }
    }
    if (isLeaf && !path.isEmpty()) {
      paths.add(path);
    }
  }

  private static List<String> child(List<String> path, String name) {
    List<String> child = new ArrayList<>(path);
    child.add(name);
    return List.copyOf(child);
  }
}
