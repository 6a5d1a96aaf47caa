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
   * Answers {@code /weft/v1/agents}, all of them; {@code /weft/v1/agents/<name>}, those of a
   * service or one instance; or {@code /weft/v1/agents/<node id>/config}, what is pushed to one.
   */
  ApiAnswer handle(ApiRequest request) {
    List<String> segments = request.segments();
    boolean isConfig = segments.size() == 5 && segments.get(4).equals("config");
    boolean isAgents =
        segments.size() >= 3
            && (segments.size() <= 4 || isConfig)
            && segments.subList(0, 3).equals(List.of("weft", "v1", "agents"));
    if (!isAgents) {
      return KubernetesApi.failure(ApiException.unknownPath(request.path()));
    }
    if (!request.method().equals("GET")) {
      return KubernetesApi.failure(
          ApiException.methodNotAllowed(request.method() + " (expected: GET)"));
    }
    return isConfig ? config(segments.get(3)) : agents(segments);
  }

  private ApiAnswer agents(List<String> segments) {
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

  private ApiAnswer config(String nodeId) {
    ObjectNode configuration = directory.configuration(nodeId);
    return configuration == null
        ? KubernetesApi.failure(ApiException.notFound("agents", "weft.dev", nodeId))
        : ApiAnswer.Document.ok(configuration);
  }

  /** A service or an instance, with or without its namespace behind a dot, or a node id. */
  private static boolean isNamed(JsonNode workload, String name) {
    String namespace = "." + workload.path("namespace").asText();
    String service = workload.path("service").asText();
    String instance = workload.path("instance").asText();
    return name.equals(service)
        || name.equals(instance)
        || name.equals(service + namespace)
        || name.equals(instance + namespace)
        || name.equals(workload.path("nodeId").asText());
  }
}
