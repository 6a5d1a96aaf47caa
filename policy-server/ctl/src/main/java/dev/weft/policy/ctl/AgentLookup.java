/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds agents by what people call them. */
final class AgentLookup {
  private static final String AGENTS = "/weft/v1/agents";

  private AgentLookup() {}

  /** Returns the path of the agents of a service, of an instance, or of a node id. */
  private static String path(String name) {
    return AGENTS + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  /** Returns all agents. */
  static List<JsonNode> all(ServerConnection server) {
    return agents(server.send("GET", AGENTS, null, "").orFail());
  }

  /** Returns the agents of that name, at least one. */
  static List<JsonNode> find(ServerConnection server, String name) {
    ServerConnection.Answer answer = server.send("GET", path(name), null, "");
    if (answer.status() == 404) {
      throw new CommandFailure(
          "no agent of a service or instance " + name + " (weft agents shows all)");
    }
    return agents(answer.orFail());
  }

  private static List<JsonNode> agents(JsonNode answer) {
    List<JsonNode> agents = new ArrayList<>();
    answer.path("agents").forEach(agents::add);
    return agents;
  }

  /** Returns what is pushed to an agent. */
  static JsonNode config(ServerConnection server, String nodeId) {
    return server.send("GET", path(nodeId) + "/config", null, "").orFail();
  }

  /** Returns the first of them that is connected; they have to be of one namespace. */
  static JsonNode one(List<JsonNode> agents, String name) {
    Set<String> namespaces = new TreeSet<>();
    agents.forEach(agent -> namespaces.add(agent.at("/workload/namespace").asText()));
    if (namespaces.size() > 1) {
      throw CommandFailure.badInput(
          name
              + " is there in several namespaces (expected: one of "
              + String.join(", ", namespaces.stream().map(space -> name + "." + space).toList())
              + ")");
    }
    return agents.stream()
        .filter(agent -> agent.path("connected").asBoolean())
        .findFirst()
        .orElse(agents.get(0));
  }
}
