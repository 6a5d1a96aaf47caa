/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What becomes of a request, as text for people. */
final class ExplanationText {
  private static final int LABEL_WIDTH = 14;

  private final JsonNode document;
  private final JsonNode from;

  ExplanationText(JsonNode document) {
    this.document = document;
    this.from = document.path("from");
  }

  void print(PrintWriter out) {
    printRequest(out);
    printOutcome(out);
    printClusters(out);
    for (String problems : List.of("notApplied", "errors", "warnings")) {
      printProblems(out, problems);
    }
  }

  private void printRequest(PrintWriter out) {
    JsonNode request = document.path("request");
    out.println(
        request.path("method").asText()
            + " http://"
            + request.path("host").asText()
            + ":"
            + request.path("port").asText()
            + request.path("path").asText());
    request
        .path("headers")
        .properties()
        .forEach(header -> out.println("  " + header.getKey() + ": " + header.getValue().asText()));
    out.println(
        "from "
            + from.path("service").asText()
            + " in namespace "
            + from.path("namespace").asText()
            + ", "
            + source());
    out.println();
  }

  private String source() {
    if (from.has("policies")) {
      return "by the policies in " + from.path("policies").asText();
    }
    String instance = from.path("instance").asText();
    String one =
        "its instance "
            + instance
            + (from.path("instances").asInt() > 1
                ? " (of " + from.path("instances").asText() + ")"
                : "");
    String configSource = AgentText.source(from.path("configSource").asText());
    if (from.path("configVersion").asText().equals(from.path("pushedVersion").asText())) {
      return "as " + one + " does it now";
    }
    if (!configSource.equals("server")) {
      return "as "
          + one
          + " does it once it has what the server pushes; now it has "
          + (configSource.isEmpty() || configSource.equals("none")
              ? "no configuration"
              : "another configuration, from its " + configSource);
    }
    return from.path("problems").asInt() == 0
        ? "as " + one + " does it once it has applied what is being pushed"
        : "by what is pushed to "
            + one
            + ", which has not all of it in force: weft agents "
            + instance;
  }

  private void printOutcome(PrintWriter out) {
    String reply = document.path("reply").asText();
    List<JsonNode> reasons = new ArrayList<>();
    document.path("reasons").forEach(reasons::add);
    String why = reasons.isEmpty() ? "" : reasons.get(reasons.size() - 1).asText();
    switch (document.path("outcome").asText()) {
      case "FORWARD" -> line(out, "outcome", "forwarded");
      case "REPLY" -> line(out, "outcome", "answered by the mesh with " + reply + ": " + why);
      default -> line(out, "outcome", "unmanaged, it goes out as without Weft: " + why);
    }
    line(out, "listener", document.path("listener").asText());
    if (from.has("identity")) {
      String identity = from.path("identity").asText();
      line(
          out,
          "identity",
          identity.isEmpty()
              ? "none: refused where mutual TLS is ordered, plaintext where it is offered"
              : identity);
    }
    String virtualHost = document.path("virtualHost").asText();
    line(
        out,
        "virtual host",
        virtualHost.isEmpty()
            ? ""
            : virtualHost + ", by its domain " + document.path("domain").asText());
    for (JsonNode route : document.path("routes")) {
      boolean matches = route.path("matches").asBoolean();
      line(
          out,
          matches ? "route" : "passed over",
          route(route)
              + (matches
                  ? "; matches " + route.path("match").asText()
                  : "; " + route.path("mismatch").asText()));
    }
    for (JsonNode effect : document.path("effects")) {
      String text = effect.asText();
      int colon = text.indexOf(": ");
      line(out, colon < 0 ? "effect" : text.substring(0, colon), text.substring(colon + 2));
    }
  }

  private static String route(JsonNode route) {
    String name = route.path("name").asText();
    String origin = route.path("origin").asText();
    return "#"
        + route.path("index").asText()
        + (name.isEmpty() ? "" : " " + name)
        + (origin.isEmpty() ? ", by no policy" : " of " + origin);
  }

  private void printClusters(PrintWriter out) {
    for (JsonNode cluster : document.path("clusters")) {
      out.println();
      out.println(
          "  "
              + percent(cluster.path("percent").asDouble())
              + " to "
              + cluster.path("name").asText()
              + (cluster.path("endpoints").size() > 1
                  ? ", " + words(cluster.path("loadBalancing").asText())
                  : ""));
      List<List<String>> rows = new ArrayList<>();
      for (JsonNode endpoint : cluster.path("endpoints")) {
        rows.add(
            List.of(
                "    " + endpoint.path("address").asText(),
                endpoint.path("workload").asText(),
                labels(endpoint.path("labels")),
                endpoint.path("weight").asText(),
                endpoint.path("priority").asText(),
                endpoint.path("health").asText()));
      }
      if (!rows.isEmpty()) {
        CommandOutput.table(
            out,
            List.of("    ENDPOINT", "WORKLOAD", "LABELS", "WEIGHT", "PRIORITY", "HEALTH"),
            rows);
        printSecurity(out, cluster);
      } else {
        out.println("    " + withoutEndpoints(cluster));
        String security = cluster.path("security").asText();
        if (!security.isEmpty()) {
          out.println("    connections: " + security);
        }
      }
    }
  }

  /** Prints how connections are secured; to which endpoints, if that differs. */
  private static void printSecurity(PrintWriter out, JsonNode cluster) {
    Map<String, List<String>> addresses = new LinkedHashMap<>();
    for (JsonNode endpoint : cluster.path("endpoints")) {
      addresses
          .computeIfAbsent(endpoint.path("security").asText(), security -> new ArrayList<>())
          .add(endpoint.path("address").asText());
    }
    addresses.forEach(
        (security, to) ->
            out.println(
                "    connections"
                    + (addresses.size() > 1 ? " to " + String.join(", ", to) : "")
                    + ": "
                    + security));
  }

  private static String withoutEndpoints(JsonNode cluster) {
    if (!cluster.path("exists").asBoolean()) {
      return "there is no such cluster: the mesh answers 503 NC";
    }
    return cluster.path("loadBalancing").asText().equals("ORIGINAL_DST")
        ? "the addresses that the service's own DNS has for the host"
        : "it has no endpoints: the mesh answers 503 UH";
  }

  private void printProblems(PrintWriter out, String name) {
    List<String> lines = new ArrayList<>();
    for (JsonNode problem : document.path(name)) {
      lines.add(
          problem.isTextual()
              ? problem.asText()
              : problem.path("state").asText()
                  + ": "
                  + problem.path("type").asText()
                  + " "
                  + problem.path("name").asText()
                  + ": "
                  + problem.path("reason").asText());
    }
    if (!lines.isEmpty()) {
      out.println();
      out.println(
          switch (name) {
            case "notApplied" -> "Not applied as pushed:";
            case "errors" -> "Not in effect as written:";
            default -> "Warnings:";
          });
      lines.forEach(line -> out.println("  " + line));
    }
  }

  private static String words(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String labels(JsonNode labels) {
    List<String> all = new ArrayList<>();
    labels.properties().forEach(label -> all.add(label.getKey() + "=" + label.getValue().asText()));
    return all.isEmpty() ? "-" : String.join(",", all);
  }

  private static String percent(double percent) {
    return percent == Math.rint(percent)
        ? (long) percent + " %"
        : String.format(Locale.ROOT, "%.1f %%", percent);
  }

  private static void line(PrintWriter out, String label, String value) {
    if (!value.isEmpty()) {
      out.println("  " + label + " ".repeat(Math.max(1, LABEL_WIDTH - label.length())) + value);
    }
  }
}
