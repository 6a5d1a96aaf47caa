/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One agent in words. */
final class AgentText {
  static final List<String> HEADINGS =
      List.of("SERVICE", "NAMESPACE", "INSTANCE", "STATE", "CONFIG", "HOOKS", "POLICIES", "FAULTS");

  private static final String SOURCE_PREFIX = "CONFIG_SOURCE_";

  private final JsonNode agent;
  private final JsonNode workload;
  private final JsonNode report;

  AgentText(JsonNode agent) {
    this.agent = agent;
    this.workload = agent.path("workload");
    this.report = agent.path("report");
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

  /** Prints all that is known of it. */
  void print(PrintWriter out) {
    out.println(
        workload.path("service").asText()
            + " in namespace "
            + workload.path("namespace").asText()
            + ", instance "
            + workload.path("instance").asText());
    line(out, "node", workload.path("nodeId").asText());
    line(out, "state", state() + ", heard at " + agent.path("heardAt").asText());
    line(out, "addresses", joined(workload.path("addresses")));
    for (JsonNode port : workload.path("ports")) {
      line(
          out,
          "port",
          port.path("servicePort").asText()
              + " ("
              + port.path("protocol").asText()
              + ", listens on "
              + port.path("targetPort").asText()
              + (port.path("tls").asBoolean() ? ", TLS" : "")
              + ", by "
              + port.path("hook").asText()
              + ")");
    }
    line(
        out,
        "process",
        report.path("pid").asText()
            + ", Java "
            + report.path("javaVersion").asText()
            + ", agent "
            + report.path("agentVersion").asText());
    line(out, "config", config());
    if (report.has("identity")) {
      line(out, "identity", identity());
    }
    printHooks(out);
    printResources(out);
    if (!report.path("lastFault").asText().isEmpty()) {
      line(
          out,
          "faults",
          report.path("faults").asText() + ", the last: " + report.path("lastFault").asText());
    }
    out.println();
  }

  private void printHooks(PrintWriter out) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode hook : report.path("hooks")) {
      rows.add(
          List.of(
              "    " + hook.path("name").asText(),
              hook.path("state").asText(),
              hook.path("detail").asText()));
    }
    line(out, "hooks", rows.isEmpty() ? "none reported" : "");
    if (!rows.isEmpty()) {
      CommandOutput.table(out, List.of("    HOOK", "STATE", "DETAIL"), rows);
    }
  }

  private void printResources(PrintWriter out) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode resource : report.path("resources")) {
      String type = resource.path("typeUrl").asText();
      rows.add(
          List.of(
              "    " + type.substring(type.lastIndexOf('.') + 1),
              resource.path("name").asText(),
              resource.path("state").asText(),
              resource.path("reason").asText()));
    }
    line(out, "policies", rows.isEmpty() ? policies() : "");
    if (!rows.isEmpty()) {
      CommandOutput.table(out, List.of("    TYPE", "NAME", "STATE", "REASON"), rows);
    }
  }

  private String identity() {
    JsonNode identity = report.path("identity");
    long notAfter = identity.path("notAfterMillis").asLong();
    String error = identity.path("lastError").asText();
    return identity.path("spiffeId").asText()
        + (notAfter == 0 ? ", none yet" : " until " + Instant.ofEpochMilli(notAfter))
        + ", epoch "
        + identity.path("epoch").asText("0")
        + (error.isEmpty() ? "" : "; the last renewal failed: " + error);
  }

  private String state() {
    return agent.path("connected").asBoolean() ? "connected" : "gone, lease runs";
  }

  private String config() {
    String source =
        report.path("configSource").asText().replace(SOURCE_PREFIX, "").toLowerCase(Locale.ROOT);
    String version = report.path("configVersion").asText();
    return switch (source) {
      case "", "unspecified" -> "not reported";
      case "none" -> "none: all is unmanaged";
      default -> source + (version.isEmpty() ? "" : " " + version);
    };
  }

  private String hooks() {
    Map<String, Integer> states = new TreeMap<>();
    for (JsonNode hook : report.path("hooks")) {
      states.merge(hook.path("state").asText(), 1, Integer::sum);
    }
    List<String> words = new ArrayList<>();
    states.forEach((state, count) -> words.add(count + " " + state));
    return words.isEmpty() ? "-" : String.join(", ", words);
  }

  private String policies() {
    int problems = report.path("resources").size();
    if (problems > 0) {
      return problems + " not as pushed";
    }
    return report.path("configVersion").asText().isEmpty() ? "-" : "all applied";
  }

  private static void line(PrintWriter out, String label, String value) {
    out.println(("  " + label + ": " + value).stripTrailing());
  }

  private static String joined(JsonNode texts) {
    List<String> all = new ArrayList<>();
    texts.forEach(text -> all.add(text.asText()));
    return String.join(", ", all);
  }
}
