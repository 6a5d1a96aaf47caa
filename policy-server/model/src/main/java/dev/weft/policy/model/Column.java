/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.function.UnaryOperator;

/**
 * A column of a table of resources.
 *
 * @param name the heading
 * @param type {@code string}, {@code integer}, {@code boolean} or {@code date}
 * @param description one sentence
 * @param priority 0 is always shown, more only in wide tables
 * @param value reads the cell from a resource; a missing node is an empty cell
 */
public record Column(
    String name, String type, String description, int priority, UnaryOperator<JsonNode> value) {

  /** Returns a column with the value at a JSON pointer. */
  public static Column at(String name, String pointer, String description) {
    JsonPointer compiled = JsonPointer.compile(pointer);
    return new Column(name, "string", description, 0, resource -> resource.at(compiled));
  }

  /** Returns a column with the time since the resource was created. */
  public static Column age() {
    JsonPointer created = JsonPointer.compile("/metadata/creationTimestamp");
    return new Column(
        "Age", "date", "How long ago it was created", 0, resource -> resource.at(created));
  }

  /** Returns a column with the status of the first condition of this type below the pointer. */
  static Column condition(String type, String pointer) {
    JsonPointer compiled = JsonPointer.compile(pointer);
    return new Column(
        type,
        "string",
        "Whether the condition " + type + " holds",
        0,
        resource -> {
          for (JsonNode condition : resource.at(compiled)) {
            if (condition.path("type").asText().equals(type)) {
              return condition.path("status");
            }
          }
          return MissingNode.getInstance();
        });
  }

  /** Returns this column, shown in wide tables only. */
  Column wide() {
    return new Column(name, type, description, 1, value);
  }
}
