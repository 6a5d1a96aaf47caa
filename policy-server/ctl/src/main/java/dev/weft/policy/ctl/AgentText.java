/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One agent in words. */
final class AgentText {
  static final List<String> HEADINGS =
      List.of("SERVICE", "NAMESPACE", "INSTANCE", "STATE", "CONFIG", "HOOKS", "POLICIES", "FAULTS");

  private static final int LABEL_WIDTH = 12;
  private static final String SOURCE_PREFIX = "CONFIG_SOURCE_";

  private final JsonNode agent;
  private final JsonNode workload;
  private final JsonNode report;

  AgentText(JsonNode agent) {
    this.agent = agent;
    this.workload = agent.path("workload");
    this.report = agent.path("report");
  }

  String nodeId() {
    return workload.path("nodeId").asText();
  }

  /** Returns its row below {@link #HEADINGS}. */
  List<String> row() {
    return List.of(
        workload.path("service").asText(),
        workload.path("namespace").asText(),
        workload.path("instance").asText(),
        state(),
        config(),
        hooks(),
        policies(),
        report.path("faults").asText("0"));
  }

  /**
   * Prints all that is known of it.
   *
   * @param pushed what the policy server pushes to it
   */
  void print(PrintWriter out, JsonNode pushed) {
    out.println(
        workload.path("service").asText()
            + " in namespace "
            + workload.path("namespace").asText()
            + ", instance "
            + workload.path("instance").asText());
    line(out, "state", state() + ", heard at " + agent.path("heardAt").asText());
    line(
        out,
        "process",
        report.path("pid").asText()
            + ", Java "
            + report.path("javaVersion").asText()
            + ", agent "
            + report.path("agentVersion").asText());
    line(out, "node", workload.path("nodeId").asText());
    line(out, "addresses", joined(workload.path("addresses")));
    for (JsonNode port : workload.path("ports")) {
      line(out, "port", port(port));
    }
    if (workload.path("ports").isEmpty()) {
      line(out, "port", "none: it serves nothing that the mesh can call");
    }
    line(out, "config", config());
    String lastFault = report.path("lastFault").asText();
    line(
        out,
        "faults",
        report.path("faults").asText("0")
            + (lastFault.isEmpty() ? "" : " of the agent's own; the last: " + lastFault));
    printHooks(out);
    printPolicies(out, new PolicyStates(report, pushed));
    out.println();
  }

  private static String port(JsonNode port) {
    return port.path("servicePort").asText()
        + " ("
        + port.path("protocol").asText()
        + ", listens on "
        + port.path("targetPort").asText()
        + (port.path("tls").asBoolean() ? ", TLS" : "")
        + ", by "
        + port.path("hook").asText()
        + ")";
  }

  private void printHooks(PrintWriter out) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode hook : report.path("hooks")) {
      rows.add(
          List.of(
              "    " + hook.path("name").asText(),
              words(hook.path("state").asText()),
              hook.path("detail").asText()));
    }
    line(out, "hooks", rows.isEmpty() ? "none reported" : "");
    if (!rows.isEmpty()) {
      CommandOutput.table(out, List.of("    HOOK", "STATE", "DETAIL"), rows);
    }
  }

  private static void printPolicies(PrintWriter out, PolicyStates states) {
    List<List<String>> rows = new ArrayList<>();
    for (PolicyStates.Row row : states.rows()) {
      rows.add(List.of("    " + row.policy(), words(row.state()), row.reason()));
    }
    line(out, "policies", rows.isEmpty() ? "none are for it" : "");
    if (!rows.isEmpty()) {
      CommandOutput.table(out, List.of("    POLICY", "STATE", "REASON"), rows);
    }
  }

  private String state() {
    return agent.path("connected").asBoolean() ? "connected" : "gone, lease runs";
  }

  /** Returns where an agent's configuration came from, in a word; empty if it is not known. */
  static String source(String constant) {
    String source = constant.replace(SOURCE_PREFIX, "").toLowerCase(Locale.ROOT);
    return switch (source) {
      case "unspecified" -> "";
      case "stream" -> "server";
      default -> source;
    };
  }

  private String config() {
    String source = source(report.path("configSource").asText());
    String version = report.path("configVersion").asText();
    return switch (source) {
      case "" -> "not reported";
      case "none" -> "none: all is unmanaged";
      default -> "from " + source + (version.isEmpty() ? "" : ", " + version);
    };
  }

  private String hooks() {
    Map<String, Integer> states = new TreeMap<>();
    for (JsonNode hook : report.path("hooks")) {
      states.merge(words(hook.path("state").asText()), 1, Integer::sum);
    }
    List<String> words = new ArrayList<>();
    states.forEach((state, count) -> words.add(count + " " + state));
    return words.isEmpty() ? "-" : String.join(", ", words);
  }

  private String policies() {
    Map<String, Integer> states = new TreeMap<>();
    for (JsonNode resource : report.path("resources")) {
      boolean isAboutStore = resource.path("typeUrl").asText().isEmpty();
      states.merge(
          isAboutStore ? "withheld" : words(resource.path("state").asText()), 1, Integer::sum);
    }
    if (!states.isEmpty()) {
      List<String> counts = new ArrayList<>();
      states.forEach((state, count) -> counts.add(count + " " + state));
      return String.join(", ", counts);
    }
    return report.path("configVersion").asText().isEmpty() ? "-" : "all applied";
  }

  private static void line(PrintWriter out, String label, String value) {
    String space = " ".repeat(Math.max(1, LABEL_WIDTH - label.length()));
    out.println(("  " + label + space + value).stripTrailing());
  }

  private static String words(String state) {
    return state.replace('-', ' ');
  }

  private static String joined(JsonNode texts) {
    List<String> all = new ArrayList<>();
    texts.forEach(text -> all.add(text.asText()));
    return String.join(", ", all);
  }
}
