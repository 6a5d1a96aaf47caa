/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Problem;
import dev.weft.policy.model.ResourceNames;
import dev.weft.policy.model.ResourceSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Decides whether a resource may be kept. */
final class Admission {
  private Admission() {}

  /**
   * Checks that a body is what its path says.
   *
   * @throws ApiException if kind, version, namespace or name differ
   */
  static void checkIdentity(ObjectNode body, ApiResource resource, ResourcePath path) {
    String apiVersion = resource.apiVersion(path.version());
    expect("apiVersion", body.path("apiVersion").asText(""), apiVersion);
    expect("kind", body.path("kind").asText(""), resource.name());
    JsonNode metadata = body.path("metadata");
    String namespace = metadata.path("namespace").asText("");
    if (!namespace.isEmpty() && path.namespace() != null) {
      expect("metadata.namespace", namespace, path.namespace());
    }
    String name = metadata.path("name").asText("");
    if (!name.isEmpty() && path.name() != null) {
      expect("metadata.name", name, path.name());
    }
  }

  /**
   * Checks a resource that is about to be kept.
   *
   * @param before what it replaces; an empty object if it is new
   * @return what the client should be warned of
   * @throws ApiException if it may not be kept
   */
  static List<String> check(
      Kind kind, ObjectNode resource, ObjectNode before, WriteOptions.UnknownFields unknownFields) {
    List<Problem> problems = new ArrayList<>(ResourceNames.problems(resource));
    List<Problem> unknown = new ArrayList<>();
    for (Problem problem : ResourceSchema.of(kind).problems(resource)) {
      (problem.sort() == Problem.Sort.UNKNOWN_FIELD ? unknown : problems).add(problem);
    }
    if (!unknown.isEmpty() && !before.isEmpty()) {
      unknown.removeAll(unknownIn(kind, before)); // overlooked once, not asked for again
    }
    boolean isStrict = unknownFields == WriteOptions.UnknownFields.STRICT;
    String name = resource.path("metadata").path("name").asText("");
    if (!problems.isEmpty()) {
      if (isStrict) {
        problems.addAll(unknown);
      }
      throw ApiException.invalid(kind, name, problems);
    }
    if (isStrict && !unknown.isEmpty()) {
      throw ApiException.strictDecoding(kind, name, unknown);
    }
    return unknownFields == WriteOptions.UnknownFields.WARN
        ? unknown.stream().map(Problem::toString).toList()
        : List.of();
  }

  private static Set<Problem> unknownIn(Kind kind, ObjectNode resource) {
    return ResourceSchema.of(kind).problems(resource).stream()
        .filter(problem -> problem.sort() == Problem.Sort.UNKNOWN_FIELD)
        .collect(Collectors.toSet());
  }

  private static void expect(String field, String found, String expected) {
    if (!found.equals(expected)) {
      throw ApiException.badRequest(
          field
              + ": "
              + (found.isEmpty() ? "missing" : found)
              + " (expected: "
              + expected
              + ", as the path says)");
    }
  }
}
