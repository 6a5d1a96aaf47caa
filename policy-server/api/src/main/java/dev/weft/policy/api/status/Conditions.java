/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Finding;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Makes conditions of findings. A condition that says the same as before keeps its time. */
final class Conditions {
  private static final int MAX_MESSAGE_LENGTH = 4096;

  private final JsonNode before;
  private final long generation;
  private final Instant now;
  private final ArrayNode conditions = JsonNodeFactory.instance.arrayNode();

  /**
   * Begins conditions.
   *
   * @param before the conditions that stand there now
   * @param generation the generation that the findings are about
   */
  Conditions(JsonNode before, long generation, Instant now) {
    this.before = before;
    this.generation = generation;
    this.now = now;
  }

  /** Adds a condition that is false if there are findings, with the first one's reason. */
  Conditions holdsWithout(List<Finding> findings, String type, String reasonIfTrue) {
    if (findings.isEmpty()) {
      add(type, true, reasonIfTrue, "");
    } else {
      add(type, false, findings.get(0).reason(), message(findings));
    }
    return this;
  }

  /** Adds a condition that is true if there are findings, and nothing otherwise. */
  Conditions presentWith(List<Finding> findings, String type) {
    if (!findings.isEmpty()) {
      add(type, true, findings.get(0).reason(), message(findings));
    }
    return this;
  }

  ArrayNode toJson() {
    return conditions;
  }

  static List<Finding> only(List<Finding> findings, Predicate<Finding> isWanted) {
    return findings.stream().filter(isWanted).toList();
  }

  private void add(String type, boolean isTrue, String reason, String message) {
    String status = isTrue ? "True" : "False";
    ObjectNode condition = conditions.addObject();
    condition.put("type", type).put("status", status);
    condition.put("reason", reason).put("message", message);
    condition.put("lastTransitionTime", since(type, status));
    condition.put("observedGeneration", generation);
  }

  private String since(String type, String status) {
    for (JsonNode condition : before) {
      if (condition.path("type").asText().equals(type)
          && condition.path("status").asText().equals(status)
          && condition.path("lastTransitionTime").isTextual()) {
        return condition.path("lastTransitionTime").asText();
      }
    }
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String message(List<Finding> findings) {
    String message =
        findings.stream()
            .map(
                finding ->
                    finding.field().isEmpty()
                        ? finding.message()
                        : finding.field() + ": " + finding.message())
            .collect(Collectors.joining("; "));
    return message.length() <= MAX_MESSAGE_LENGTH
        ? message
        : message.substring(0, MAX_MESSAGE_LENGTH) + "...";
  }
}
