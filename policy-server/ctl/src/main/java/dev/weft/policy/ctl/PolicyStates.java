/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.simulation.AgentConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What became of each policy at one agent: of what is pushed to it, and what it reports. */
final class PolicyStates {
  private static final String APPLIED = "applied";

  private final JsonNode report;
  private final JsonNode pushed;

  PolicyStates(JsonNode report, JsonNode pushed) {
    this.report = report;
    this.pushed = pushed;
  }

  /** Returns the policies by name, then the resources with problems that no policy is behind. */
  List<Row> rows() {
    Map<String, JsonNode> problems = new HashMap<>();
    report.path("resources").forEach(problem -> problems.put(key(problem), problem));
    Row unproblematic = unproblematic(problems.isEmpty());
    Map<String, Row> policies = new TreeMap<>();
    for (JsonNode resource : pushed.path("resources")) {
      @Nullable JsonNode problem = problems.get(key(resource));
      for (JsonNode origin : resource.path("origins")) {
        String policy = origin.asText();
        if (problem != null) {
          policies.put(policy, row(policy, problem));
        } else {
          policies.putIfAbsent(
              policy, new Row(policy, unproblematic.state(), unproblematic.reason()));
        }
      }
      if (problem != null && !resource.path("origins").isEmpty()) {
        problems.remove(key(resource));
      }
    }
    List<Row> rows = new ArrayList<>(policies.values());
    problems.values().forEach(problem -> rows.add(withoutPolicy(problem)));
    return rows;
  }

  /** Returns what holds for a policy of which the agent reports no problem. */
  private Row unproblematic(boolean hasNoProblem) {
    String source = AgentText.source(report.path("configSource").asText());
    String version = report.path("configVersion").asText();
    boolean isBehind = hasNoProblem && !AgentConfiguration.ofPush(pushed).version().equals(version);
    return switch (source) {
      case "server" ->
          isBehind ? new Row("", "pushed", "not acknowledged yet") : new Row("", APPLIED, "");
      case "cache" ->
          isBehind
              ? new Row("", "not applied", "the agent has what it had at its last run")
              : new Row("", APPLIED, "from the agent's cache");
      case "file" -> new Row("", "not applied", "the agent reads a file, weft.xds.file");
      default -> new Row("", "not applied", "the agent has no configuration yet");
    };
  }

  /** A resource that no policy is behind, or all removals of a server with another store. */
  private static Row withoutPolicy(JsonNode problem) {
    return problem.path("typeUrl").asText().isEmpty()
        ? new Row("(removals)", "withheld", problem.path("reason").asText() + " with weft.adopt")
        : row(name(problem), problem);
  }

  private static Row row(String policy, JsonNode problem) {
    String state = problem.path("state").asText();
    return new Row(policy, state, name(problem) + ": " + problem.path("reason").asText());
  }

  private static String key(JsonNode resource) {
    return resource.path("typeUrl").asText() + " " + resource.path("name").asText();
  }

  private static String name(JsonNode resource) {
    String type = resource.path("typeUrl").asText();
    return (type.substring(type.lastIndexOf('.') + 1) + " " + resource.path("name").asText())
        .strip();
  }

  /**
   * One policy.
   *
   * @param policy its kind, namespace and name
   * @param state what became of it, in the report's words
   * @param reason why; empty if all is well
   */
  record Row(String policy, String state, String reason) {}
}
