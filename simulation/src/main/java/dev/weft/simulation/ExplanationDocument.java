/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.engine.Explanation;
import dev.weft.agent.engine.Explanation.ClusterShare;
import dev.weft.agent.engine.Explanation.EndpointStatus;
import dev.weft.agent.engine.Explanation.RouteStep;
import java.util.Map;
import java.util.TreeMap;

/** Puts explanations into documents. */
final class ExplanationDocument {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final RouteOrigins origins;

  ExplanationDocument(RouteOrigins origins) {
    this.origins = origins;
  }

  ObjectNode of(Request request, Explanation explanation) {
    ObjectNode document = JSON.objectNode();
    document.set("request", request(request));
    document
        .put("outcome", explanation.outcome().name())
        .put("listener", explanation.listener())
        .put("virtualHost", explanation.virtualHost())
        .put("domain", explanation.domain());
    ArrayNode routes = document.putArray("routes");
    explanation.routes().forEach(step -> routes.add(route(explanation.virtualHost(), step)));
    document.put("reply", explanation.reply());
    ArrayNode clusters = document.putArray("clusters");
    explanation.clusters().forEach(share -> clusters.add(cluster(share)));
    explanation.effects().forEach(document.putArray("effects")::add);
    explanation.reasons().forEach(document.putArray("reasons")::add);
    return document;
  }

  private static ObjectNode request(Request request) {
    ObjectNode json =
        JSON.objectNode()
            .put("method", request.method())
            .put("host", request.host())
            .put("port", request.port())
            .put("path", request.path());
    json.set("headers", texts(request.headers()));
    return json;
  }

  private ObjectNode route(String virtualHost, RouteStep step) {
    return JSON.objectNode()
        .put("index", step.index())
        .put("name", step.name())
        .put("origin", origins.of(virtualHost, step.index()))
        .put("match", step.match())
        .put("matches", step.mismatch().isEmpty())
        .put("mismatch", step.mismatch());
  }

  private static ObjectNode cluster(ClusterShare share) {
    ObjectNode json =
        JSON.objectNode()
            .put("name", share.cluster())
            .put("service", share.service())
            .put("subset", share.subset())
            .put("percent", share.percent())
            .put("exists", share.exists())
            .put("loadBalancing", share.loadBalancing())
            .put("security", share.security());
    ArrayNode endpoints = json.putArray("endpoints");
    share.endpoints().forEach(endpoint -> endpoints.add(endpoint(endpoint)));
    return json;
  }

  private static ObjectNode endpoint(EndpointStatus endpoint) {
    String address = endpoint.address();
    boolean isName = address.startsWith(AgentConfiguration.UNRESOLVED + ":");
    ObjectNode json =
        JSON.objectNode()
            .put("address", isName ? endpoint.hostName() + portOf(address) : address)
            .put("workload", isName ? "" : endpoint.hostName());
    json.set("labels", texts(endpoint.labels()));
    return json.put("weight", endpoint.weight())
        .put("priority", endpoint.priority())
        .put("locality", endpoint.locality())
        .put("security", endpoint.security())
        .put("health", isName ? "as the agent resolves the name" : endpoint.health());
  }

  private static String portOf(String address) {
    return address.substring(address.lastIndexOf(':'));
  }

  private static ObjectNode texts(Map<String, String> texts) {
    ObjectNode json = JSON.objectNode();
    new TreeMap<>(texts).forEach(json::put);
    return json;
  }
}
