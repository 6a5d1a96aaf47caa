/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the API tells beyond the Kubernetes conventions, below {@code /weft/v1}. */
final class WeftApi {
  private static final String GROUP = "weft.dev";
  private static final long DEFAULT_TOKEN_SECONDS = Duration.ofHours(1).toSeconds();
  private static final long MOST_TOKEN_SECONDS = Duration.ofDays(3650).toSeconds();

  private final AgentDirectory directory;
  private final TokenDirectory tokens;

  WeftApi(AgentDirectory directory, TokenDirectory tokens) {
    this.directory = directory;
    this.tokens = tokens;
  }

  /**
   * Answers {@code /weft/v1/agents}, all of them; {@code /weft/v1/agents/<name>}, those of a
   * service or one instance; {@code /weft/v1/agents/<node id>/config}, what is pushed to one;
   * {@code /weft/v1/tokens}, and {@code /weft/v1/tokens/<id>} to revoke one; {@code
   * /weft/v1/trust}. Agents and tokens of namespaces that the request may not be told of are not
   * there.
   */
  ApiAnswer handle(ApiRequest request) {
    try {
      return answer(request);
    } catch (ApiException e) {
      return KubernetesApi.failure(e);
    } catch (IOException e) {
      return KubernetesApi.failure(ApiException.unavailable(e.getMessage() + ""));
    }
  }

  private ApiAnswer answer(ApiRequest request) throws IOException {
    List<String> segments = request.segments();
    String what = segments.size() < 3 ? "" : segments.get(2);
    String name = segments.size() >= 4 ? segments.get(3) : "";
    boolean isConfig =
        segments.size() == 5 && what.equals("agents") && segments.get(4).equals("config");
    if (segments.size() > 4 && !isConfig) {
      throw ApiException.unknownPath(request.path());
    }
    return switch (what) {
      case "agents" -> {
        expect(request, "GET");
        yield isConfig ? config(request, name) : agents(request, name);
      }
      case "tokens" -> name.isEmpty() ? tokens(request) : revoke(request, name);
      case "trust" -> {
        expect(request, "GET");
        yield ApiAnswer.Document.ok(tokens.trust());
      }
      default -> throw ApiException.unknownPath(request.path());
    };
  }

  private ApiAnswer agents(ApiRequest request, String name) {
    List<ObjectNode> agents = seen(request);
    if (!name.isEmpty()) {
      agents.removeIf(agent -> !isNamed(agent.path("workload"), name));
      if (agents.isEmpty()) {
        throw ApiException.notFound("agents", GROUP, name);
      }
    }
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putArray("agents").addAll(agents);
    return ApiAnswer.Document.ok(answer);
  }

  private List<ObjectNode> seen(ApiRequest request) {
    List<ObjectNode> agents = new ArrayList<>(directory.agents());
    agents.removeIf(
        agent -> !request.mayBeToldOf(agent.path("workload").path("namespace").asText()));
    return agents;
  }

  private ApiAnswer config(ApiRequest request, String nodeId) {
    boolean isSeen =
        seen(request).stream()
            .anyMatch(agent -> agent.path("workload").path("nodeId").asText().equals(nodeId));
    ObjectNode configuration = isSeen ? directory.configuration(nodeId) : null;
    if (configuration == null) {
      throw ApiException.notFound("agents", GROUP, nodeId);
    }
    return ApiAnswer.Document.ok(configuration);
  }

  private ApiAnswer tokens(ApiRequest request) throws IOException {
    if (request.method().equals("GET")) {
      ObjectNode answer = JsonNodeFactory.instance.objectNode();
      answer.putArray("tokens").addAll(tokensFor(request));
      return ApiAnswer.Document.ok(answer);
    }
    expect(request, "POST");
    ObjectNode wanted = Bodies.readObject(request.body(), Bodies.isYaml(request.contentType()));
    long seconds = wanted.path("lifetimeSeconds").asLong(DEFAULT_TOKEN_SECONDS);
    if (seconds < 1 || seconds > MOST_TOKEN_SECONDS) {
      throw ApiException.badRequest(
          "lifetimeSeconds: " + seconds + " (expected: 1 to " + MOST_TOKEN_SECONDS + ")");
    }
    String namespace = wanted.path("namespace").asText("default");
    if (!request.mayBeToldOf(namespace)) {
      throw ApiException.forbidden(
          "namespace: " + namespace + " (expected: one of " + request.namespaces() + ")");
    }
    try {
      ObjectNode created =
          tokens.create(
              namespace,
              wanted.path("serviceAccount").asText("default"),
              wanted.path("reusable").asBoolean(false),
              Duration.ofSeconds(seconds));
      return new ApiAnswer.Document(201, created, List.of());
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest(e.getMessage() + "");
    }
  }

  private List<ObjectNode> tokensFor(ApiRequest request) {
    return tokens.tokens().stream()
        .filter(token -> request.mayBeToldOf(token.path("namespace").asText()))
        .toList();
  }

  private ApiAnswer revoke(ApiRequest request, String id) throws IOException {
    expect(request, "DELETE");
    boolean isSeen =
        tokensFor(request).stream().anyMatch(token -> token.path("id").asText().equals(id));
    ObjectNode revoked = isSeen ? tokens.revoke(id) : null;
    if (revoked == null) {
      throw ApiException.notFound("tokens", GROUP, id);
    }
    return ApiAnswer.Document.ok(revoked);
  }

  private static void expect(ApiRequest request, String method) {
    if (!request.method().equals(method)) {
      throw ApiException.methodNotAllowed(request.method() + " (expected: " + method + ")");
    }
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
