/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** What the API tells beyond the Kubernetes conventions, below {@code /weft/v1}. */
final class WeftApi {
  private final AgentDirectory directory;

  WeftApi(AgentDirectory directory) {
    this.directory = directory;
  }

  /**
   * Answers {@code /weft/v1/agents}, all of them, or {@code /weft/v1/agents/<name>}: those of a
   * service or one instance.
   */
  ApiAnswer handle(ApiRequest request) {
    List<String> segments = request.segments();
    boolean isAgents =
        segments.size() >= 3
            && segments.size() <= 4
            && segments.subList(0, 3).equals(List.of("weft", "v1", "agents"));
    if (!isAgents) {
      return KubernetesApi.failure(ApiException.unknownPath(request.path()));
    }
    if (!request.method().equals("GET")) {
      return KubernetesApi.failure(
          ApiException.methodNotAllowed(request.method() + " (expected: GET)"));
    }
    List<ObjectNode> agents = new ArrayList<>(directory.agents());
    if (segments.size() == 4) {
      String name = segments.get(3);
      agents.removeIf(agent -> !isNamed(agent.path("workload"), name));
      if (agents.isEmpty()) {
        return KubernetesApi.failure(ApiException.notFound("agents", "weft.dev", name));
      }
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putArray("agents").addAll(agents);
    return ApiAnswer.Document.ok(answer);
  }

  private static boolean isNamed(JsonNode workload, String name) {
    return workload.path("service").asText().equals(name)
        || workload.path("instance").asText().equals(name);
  }
}
