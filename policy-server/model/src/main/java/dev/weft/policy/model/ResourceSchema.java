/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What resources of a kind may say: an OpenAPI schema, read from {@code <plural>.yaml} beside this
 * class. Immutable, thread-safe; a schema is read when it is first asked for.
 *
 * <p>The files use OpenAPI's keywords and a few more:
 *
 * <ul>
 *   <li>{@code $ref: Name} stands for {@code definitions.Name} of the same file
 *   <li>{@code format} names a {@link Format}, or else is a note for readers
 *   <li>{@code x-weft-keys} names the {@link Format} of the keys of a map
 *   <li>{@code x-weft-expected} says in words what a {@code pattern} asks for
 *   <li>{@code x-weft-at-most-one-of} lists groups of fields that exclude each other
 *   <li>{@code x-weft-at-least-one-of} lists groups of fields of which one has to say something
 *   <li>{@code x-weft-format-by-type} tells, by the value of {@code type}, the {@link Format} of
 *       the field {@code field}
 *   <li>{@code x-weft-substitution} names an expression and the text with its groups
 *   <li>{@code x-weft-unique} lists fields whose values are there once in all items
 *   <li>{@code x-weft-types-exclude} lists groups of types of which only one is in a list
 *   <li>{@code x-weft-prime}: the number is a prime
 *   <li>{@code x-weft-union} tells, by the value of {@code type}, which field has to be there
 *   <li>{@code x-weft-max-sum} says, by its name, what a number's sum over all items may be at most
 *   <li>{@code x-kubernetes-preserve-unknown-fields}: anything goes inside
 * </ul>
 */
public final class ResourceSchema {
  private static final Map<Kind, ResourceSchema> LOADED = new ConcurrentHashMap<>();

  private final ObjectNode root;

  private ResourceSchema(ObjectNode root) {
    this.root = root;
  }

  /** Returns the schema of a kind. */
  public static ResourceSchema of(Kind kind) {
    return LOADED.computeIfAbsent(kind, ResourceSchema::load);
  }

  /**
   * Returns the schema as OpenAPI, without references, as it may be published. A copy: the caller
   * may change it.
   */
  public ObjectNode toOpenApi() {
    return root.deepCopy();
  }

  /** Returns all that is wrong with a resource; empty if it may be kept. */
  public List<Problem> problems(ObjectNode resource) {
    return new SchemaCheck().check(root, resource);
  }

  private static ResourceSchema load(Kind kind) {
    ObjectNode resource = read("resource");
    ObjectNode root = (ObjectNode) resource.get("spec");
    ObjectNode own = read(kind.plural());
    JsonNode spec = expand(own.path("spec"), own.path("definitions"));
    ((ObjectNode) root.path("properties")).set("spec", spec);
    if (!kind.isReadOnly()) {
      ((ArrayNode) root.path("required")).add("spec");
    }
    root.put("description", spec.path("description").asText());
    return new ResourceSchema(root);
  }

  private static ObjectNode read(String name) {
    try (InputStream in = ResourceSchema.class.getResourceAsStream(name + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("there is no schema " + name + ".yaml");
      }
      return (ObjectNode) new ObjectMapper(new YAMLFactory()).readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the schema " + name + ".yaml cannot be read", e);
    }
  }

  private static JsonNode expand(JsonNode schema, JsonNode definitions) {
    String reference = schema.path("$ref").asText("");
    if (!reference.isEmpty()) {
      return expand(definitions.required(reference), definitions);
    }
    if (schema instanceof ObjectNode object) {
      ObjectNode expanded = object.objectNode();
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        expanded.set(field.getKey(), expand(field.getValue(), definitions));
      }
      return expanded;
    }
    return schema;
  }
}
