/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Reads the conditions in a resource's status. */
final class Conditions {
  private Conditions() {}

  /** Whether the status is about this generation of the resource. */
  static boolean areAbout(JsonNode resource, long generation) {
    List<JsonNode> conditions = of(resource);
    return !conditions.isEmpty()
        && conditions.stream()
            .allMatch(condition -> condition.path("observedGeneration").asLong() >= generation);
  }

  /** Returns what somebody should look at: conditions that do not hold, and warnings. */
  static List<String> problems(JsonNode resource) {
    List<String> problems = new ArrayList<>();
    for (JsonNode condition : of(resource)) {
      String type = condition.path("type").asText();
      boolean isTrue = condition.path("status").asText().equals("True");
      boolean isWarning = type.equals("HasWarnings");
      if (isWarning == isTrue) {
        problems.add(
            (isWarning ? "warning" : "not " + type)
                + ": "
                + condition.path("reason").asText()
                + ": "
                + condition.path("message").asText());
      }
    }
    return problems;
  }

  private static List<JsonNode> of(JsonNode resource) {
    List<JsonNode> conditions = new ArrayList<>();
    resource.at("/status/conditions").forEach(conditions::add);
    for (JsonNode parent : resource.at("/status/parents")) {
      parent.path("conditions").forEach(conditions::add);
    }
    return conditions;
  }
}
