/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.ResourceSchema;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The schemas of the kinds as OpenAPI 3, one document for each version of a group. */
final class OpenApiDocuments {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private OpenApiDocuments() {}

  /** Returns where the documents are. */
  static ObjectNode index() {
    ObjectNode index = NODES.objectNode();
    ObjectNode paths = index.putObject("paths");
    for (Kind kind : Kinds.all()) {
      for (String version : kind.versions()) {
        String path = "apis/" + kind.group() + "/" + version;
        paths
            .withObjectProperty(path)
            .put("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash(kind.group()));
      }
    }
    return index;
  }

  /** Returns the document of a version of a group, or null if it is not served. */
  static @Nullable ObjectNode document(String group, String version) {
    ObjectNode document = NODES.objectNode();
    document.put("openapi", "3.0.0");
    document.putObject("info").put("title", "Weft").put("version", version);
    ObjectNode paths = document.putObject("paths");
    ObjectNode schemas = document.putObject("components").putObject("schemas");
    for (Kind kind : Kinds.all()) {
      if (kind.group().equals(group) && kind.versions().contains(version)) {
        ObjectNode schema = ResourceSchema.of(kind).toOpenApi();
        addGroupVersionKind(schema.putArray("x-kubernetes-group-version-kind"), kind, version);
        schemas.set(schemaName(kind, version), schema);
        addPaths(paths, kind, version);
      }
    }
    return schemas.isEmpty() ? null : document;
  }

  private static void addPaths(ObjectNode paths, Kind kind, String version) {
    String all = "/apis/" + kind.group() + "/" + version + "/" + kind.plural();
    String some =
        "/apis/" + kind.group() + "/" + version + "/namespaces/{namespace}/" + kind.plural();
    operation(paths.putObject(all), kind, version, "get", "list");
    ObjectNode collection = paths.putObject(some);
    operation(collection, kind, version, "get", "list");
    ObjectNode item = paths.putObject(some + "/{name}");
    operation(item, kind, version, "get", "get");
    if (!kind.isReadOnly()) {
      operation(collection, kind, version, "post", "post");
      operation(item, kind, version, "put", "put");
      operation(item, kind, version, "patch", "patch");
      operation(item, kind, version, "delete", "delete");
      ObjectNode status = paths.putObject(some + "/{name}/status");
      operation(status, kind, version, "get", "get");
      operation(status, kind, version, "put", "put");
      operation(status, kind, version, "patch", "patch");
    }
  }

  private static void operation(
      ObjectNode path, Kind kind, String version, String method, String action) {
    ObjectNode operation = path.putObject(method);
    operation.put(
        "operationId", action + kind.name() + version.substring(0, 1).toUpperCase(Locale.ROOT));
    operation.put("x-kubernetes-action", action);
    ObjectNode gvk = operation.putObject("x-kubernetes-group-version-kind");
    gvk.put("group", kind.group()).put("version", version).put("kind", kind.name());
    boolean isWrite = List.of("post", "put", "patch").contains(method);
    if (isWrite) {
      ArrayNode parameters = operation.putArray("parameters");
      for (String name : List.of("dryRun", "fieldManager", "fieldValidation")) {
        parameters
            .addObject()
            .put("name", name)
            .put("in", "query")
            .putObject("schema")
            .put("type", "string");
      }
      String type = method.equals("patch") ? "application/merge-patch+json" : "application/json";
      operation.putObject("requestBody").putObject("content").putObject(type).putObject("schema");
    }
    operation
        .putObject("responses")
        .putObject("200")
        .put("description", "OK")
        .putObject("content")
        .putObject("application/json")
        .putObject("schema")
        .put("$ref", "#/components/schemas/" + schemaName(kind, version));
  }

  private static void addGroupVersionKind(ArrayNode array, Kind kind, String version) {
    array.addObject().put("group", kind.group()).put("version", version).put("kind", kind.name());
  }

  /** Changes with what is served; clients keep a document as long as it is the same. */
  private static String hash(String group) {
    int hash = 0;
    for (Kind kind : Kinds.all()) {
      if (kind.group().equals(group)) {
        hash = 31 * hash + ResourceSchema.of(kind).toOpenApi().toString().hashCode();
      }
    }
    return Integer.toHexString(hash).toUpperCase(Locale.ROOT);
  }

  private static String schemaName(Kind kind, String version) {
    return "dev.weft." + kind.group() + "." + version + "." + kind.name();
  }
}
