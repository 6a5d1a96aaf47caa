/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.patch;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** JSON Patch, <a href="https://www.rfc-editor.org/rfc/rfc6902">RFC 6902</a>. */
public final class JsonPatch {
  private JsonPatch() {}

  /**
   * Returns the target with all operations applied in order; changes neither.
   *
   * @throws PatchException if an operation is malformed, does not fit, or a test fails
   */
  public static JsonNode apply(JsonNode target, JsonNode patch) throws PatchException {
    if (!patch.isArray()) {
      throw new PatchException("the patch is no list of operations");
    }
    JsonNode patched = target.deepCopy();
    int index = 0;
    for (JsonNode operation : patch) {
      try {
        patched = applyOne(patched, operation);
      } catch (PatchException | IllegalArgumentException e) {
        throw new PatchException("operation [" + index + "]: " + e.getMessage());
      }
      index++;
    }
    return patched;
  }

  private static JsonNode applyOne(JsonNode target, JsonNode operation) throws PatchException {
    JsonPointer path = pointer(operation, "path");
    String op = operation.path("op").asText("");
    return switch (op) {
      case "add" -> add(target, path, value(operation));
      case "remove" -> remove(target, path);
      case "replace" -> {
        JsonNode value = value(operation);
        yield path.matches() ? value : add(remove(target, path), path, value);
      }
      case "move" -> {
        JsonPointer from = pointer(operation, "from");
        JsonNode moved = present(target, from);
        yield add(remove(target, from), path, moved);
      }
      case "copy" -> add(target, path, present(target, pointer(operation, "from")).deepCopy());
      case "test" -> test(target, path, value(operation));
      default ->
          throw new PatchException(
              "op: \"" + op + "\" (expected: one of add, remove, replace, move, copy, test)");
    };
  }

  private static JsonNode add(JsonNode target, JsonPointer path, JsonNode value)
      throws PatchException {
    if (path.matches()) {
      return value;
    }
    JsonNode parent = present(target, path.head());
    String last = path.last().getMatchingProperty();
    if (parent instanceof ObjectNode object) {
      object.set(last, value);
    } else if (parent instanceof ArrayNode array) {
      int index = last.equals("-") ? array.size() : index(path, array.size());
      array.insert(index, value);
    } else {
      throw new PatchException("path: " + path + " is neither in an object nor in a list");
    }
    return target;
  }

  private static JsonNode remove(JsonNode target, JsonPointer path) throws PatchException {
    present(target, path);
    JsonNode parent = path.matches() ? null : target.at(path.head());
    if (parent instanceof ObjectNode object) {
      object.remove(path.last().getMatchingProperty());
    } else if (parent instanceof ArrayNode array) {
      array.remove(index(path, array.size() - 1));
    } else {
      throw new PatchException("path: the whole resource cannot be removed");
    }
    return target;
  }

  private static JsonNode test(JsonNode target, JsonPointer path, JsonNode expected)
      throws PatchException {
    JsonNode found = present(target, path);
    if (!found.equals(expected)) {
      throw new PatchException("test: " + path + " is " + found + " (expected: " + expected + ")");
    }
    return target;
  }

  private static JsonNode present(JsonNode target, JsonPointer path) throws PatchException {
    JsonNode found = target.at(path);
    if (found.isMissingNode()) {
      throw new PatchException("path: there is nothing at " + path);
    }
    return found;
  }

  private static int index(JsonPointer path, int last) throws PatchException {
    int index = path.last().getMatchingIndex();
    if (index < 0 || index > last) {
      throw new PatchException("path: " + path + " is no index (expected: 0 to " + last + ")");
    }
    return index;
  }

  private static JsonNode value(JsonNode operation) throws PatchException {
    @Nullable JsonNode value = operation.get("value");
    if (value == null) {
      throw new PatchException("value: missing (expected: any JSON)");
    }
    return value.deepCopy();
  }

  private static JsonPointer pointer(JsonNode operation, String field) throws PatchException {
    JsonNode path = operation.path(field);
    if (!path.isTextual()) {
      throw new PatchException(field + ": missing (expected: a JSON pointer)");
    }
    return JsonPointer.compile(path.asText());
  }
}
