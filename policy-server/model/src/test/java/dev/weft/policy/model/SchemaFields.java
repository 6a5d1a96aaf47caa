/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.TreeSet;

/** The paths of all fields of a schema. */
final class SchemaFields {
  private SchemaFields() {}

  static Set<String> of(JsonNode schema) {
    Set<String> paths = new TreeSet<>();
    collect(schema, "", paths);
    return paths;
  }

  private static void collect(JsonNode schema, String path, Set<String> paths) {
    schema
        .path("properties")
        .properties()
        .forEach(
            field -> {
              String child = path + "." + field.getKey();
              paths.add(child);
              collect(field.getValue(), child, paths);
            });
    if (schema.has("items")) {
      collect(schema.get("items"), path + "[]", paths);
    }
    if (schema.has("additionalProperties")) {
      collect(schema.get("additionalProperties"), path + "{}", paths);
    }
  }
}
