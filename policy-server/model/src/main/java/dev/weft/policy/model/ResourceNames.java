/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What resources and namespaces may be called. */
public final class ResourceNames {
  private static final int MAX_NAME_LENGTH = 253;
  private static final int MAX_NAMESPACE_LENGTH = 63;
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

  private ResourceNames() {}

  /** Returns what is wrong with the name and the namespace of a resource. */
  public static List<Problem> problems(ObjectNode resource) {
    List<Problem> problems = new ArrayList<>();
    JsonNode metadata = resource.path("metadata");
    String name = metadata.path("name").asText("");
    if (name.isEmpty()) {
      problems.add(new Problem(Problem.Sort.MISSING, "metadata.name", "", "a name"));
    } else if (name.length() > MAX_NAME_LENGTH || !NAME.matcher(name).matches()) {
      problems.add(
          invalid("metadata.name", name, "letters, digits, hyphens and dots", MAX_NAME_LENGTH));
    }
    String namespace = metadata.path("namespace").asText("default");
    if (namespace.length() > MAX_NAMESPACE_LENGTH || !NAMESPACE.matcher(namespace).matches()) {
      problems.add(
          invalid(
              "metadata.namespace",
              namespace,
              "letters, digits and hyphens",
              MAX_NAMESPACE_LENGTH));
    }
    return problems;
  }

  private static Problem invalid(String field, String value, String allowed, int maxLength) {
    return new Problem(
        Problem.Sort.INVALID_VALUE,
        field,
        "\"" + value + "\"",
        "lower case " + allowed + ", at most " + maxLength + ", a letter or digit at both ends");
  }
}
