/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.weft.agent.engine.Engine;
import dev.weft.agent.engine.Explanation;
import dev.weft.policy.compiler.MeshSettings;
import dev.weft.policy.model.Kind;
import dev.weft.policy.model.Kinds;
import dev.weft.policy.model.PolicyResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A simulation as a file has it: policies and workloads, and in a document of its own the caller
 * and its requests.
 */
record Scene(Simulation simulation, Caller caller, List<Request> requests) {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final long SEED = 42;

  static Scene read(String yaml) throws IOException {
    List<PolicyResource> resources = new ArrayList<>();
    List<Request> requests = new ArrayList<>();
    Caller caller = Caller.DEFAULT;
    MeshSettings settings = MeshSettings.DEFAULT;
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        if (document.has("kind")) {
          resources.add(resource((ObjectNode) document));
        } else {
          caller =
              new Caller(
                  document.at("/caller/namespace").asText("default"),
                  texts(document.at("/caller/labels")));
          document.path("requests").forEach(request -> requests.add(request(request)));
          settings =
              settings.withOutboundPolicy(
                  MeshSettings.OutboundPolicy.valueOf(
                      document.path("outboundPolicy").asText("ALLOW_ANY")));
        }
      }
    }
    return new Scene(Simulation.of(settings, resources), caller, requests);
  }

  private static PolicyResource resource(ObjectNode document) {
    Kind kind =
        Kinds.byApiVersion(document.path("apiVersion").asText(), document.path("kind").asText());
    if (kind == null) {
      throw new IllegalArgumentException("no such kind: " + document.path("kind"));
    }
    return PolicyResource.of(kind, document);
  }

  /** Reads {@code GET http://host/path}, or an object of that and headers. */
  private static Request request(JsonNode request) {
    String line = request.isTextual() ? request.asText() : request.path("request").asText();
    String[] parts = line.split(" ", 2);
    return Request.of(parts[0], parts[1], texts(request.path("headers")));
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    object.properties().forEach(member -> texts.put(member.getKey(), member.getValue().asText()));
    return texts;
  }

  /** Says of each request what the engine explains, and what it does with a thousand of them. */
  String verdicts() {
    StringBuilder text = new StringBuilder();
    simulation
        .problems(caller)
        .forEach(problem -> text.append("not applied: ").append(problem).append('\n'));
    for (Request request : requests) {
      SplittableRandom random = new SplittableRandom(SEED);
      Engine engine = simulation.engine(caller, () -> random);
      text.append(request.method()).append(" http://").append(request.host());
      text.append(':').append(request.port()).append(request.path());
      text.append(request.headers().isEmpty() ? "" : " " + request.headers()).append('\n');
      explain(simulation.explain(caller, request), text);
      Sent.thousandTimes(engine, request)
          .forEach(
              (outcome, count) ->
                  text.append("  of 1000: ")
                      .append(count)
                      .append(' ')
                      .append(outcome)
                      .append('\n'));
    }
    return text.toString();
  }

  private static void explain(Explanation explanation, StringBuilder text) {
    text.append("  ").append(explanation.outcome());
    if (!explanation.reply().isEmpty()) {
      text.append(' ').append(explanation.reply());
    }
    if (!explanation.virtualHost().isEmpty()) {
      text.append(" by ").append(explanation.virtualHost());
    }
    if (!explanation.route().isEmpty()) {
      text.append(" route ").append(explanation.route());
    }
    text.append('\n');
    for (Explanation.ClusterShare share : explanation.clusters()) {
      text.append("  ").append(share.percent()).append(" % ").append(share.cluster());
      text.append(share.exists() ? "" : " which does not exist").append('\n');
    }
    explanation.effects().forEach(effect -> text.append("  ").append(effect).append('\n'));
  }
}
