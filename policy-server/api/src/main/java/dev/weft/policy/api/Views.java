/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Column;
import dev.weft.policy.store.StoredResource;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Shows resources as clients want to see them. */
final class Views {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final Column NAME = Column.at("Name", "/metadata/name", "The name");

  private Views() {}

  /** Returns a stored resource as the API shows it, in one of the versions that are served. */
  static ObjectNode resource(StoredResource stored, String apiVersion) {
    return resource(stored.resource().json(), stored.revision(), apiVersion);
  }

  /** Returns a resource with its revision as {@code resourceVersion}; 0 for none. */
  static ObjectNode resource(ObjectNode json, long revision, String apiVersion) {
    ObjectNode shown = NODES.objectNode();
    shown.setAll(json); // shared below: only what differs is copied
    shown.put("apiVersion", apiVersion);
    ObjectNode metadata = NODES.objectNode();
    for (Map.Entry<String, JsonNode> field : json.path("metadata").properties()) {
      metadata.set(field.getKey(), field.getValue());
    }
    metadata.remove("resourceVersion");
    if (revision > 0) {
      metadata.put("resourceVersion", Long.toString(revision));
    }
    return shown.set("metadata", metadata);
  }

  /** Returns a list. */
  static ObjectNode list(
      String apiVersion, String kind, ObjectNode metadata, List<ObjectNode> items) {
    ObjectNode list = NODES.objectNode();
    list.put("kind", kind + "List").put("apiVersion", apiVersion).set("metadata", metadata);
    list.putArray("items").addAll(items);
    return list;
  }

  /**
   * Returns a table.
   *
   * @param includeObject {@code Metadata}, {@code Object} or {@code None}: what each row carries
   */
  static ObjectNode table(
      ApiResource resource, ObjectNode metadata, List<ObjectNode> items, String includeObject) {
    ObjectNode table = NODES.objectNode();
    table.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1").set("metadata", metadata);
    ArrayNode columns = table.putArray("columnDefinitions");
    List<Column> shown = new ArrayList<>();
    shown.add(NAME);
    shown.addAll(resource.columns());
    for (Column column : shown) {
      columns
          .addObject()
          .put("name", column.name())
          .put("type", column.type())
          .put("format", column.name().equals(NAME.name()) ? "name" : "")
          .put("description", column.description())
          .put("priority", column.priority());
    }
    ArrayNode rows = table.putArray("rows");
    for (ObjectNode item : items) {
      ObjectNode row = rows.addObject();
      ArrayNode cells = row.putArray("cells");
      for (Column column : shown) {
        cells.add(cell(column, item));
      }
      switch (includeObject) {
        case "None" -> {
          // nothing
        }
        case "Object" -> row.set("object", item);
        default -> {
          ObjectNode partial = row.putObject("object");
          partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
          partial.set("metadata", item.path("metadata"));
        }
      }
    }
    return table;
  }

  private static String cell(Column column, ObjectNode item) {
    JsonNode value = column.value().apply(item);
    if (column.type().equals("date")) {
      return age(value.asText(""));
    }
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }

  /** Returns the time since then in one unit or two, as kubectl shows ages. */
  private static String age(String timestamp) {
    Duration age;
    try {
      age = Duration.between(Instant.parse(timestamp), Instant.now());
    } catch (DateTimeException e) {
      return "<unknown>";
    }
    long seconds = Math.max(0, age.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 3 * 3600) {
      return seconds / 60 + "m";
    }
    return seconds < 2 * 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }
}
