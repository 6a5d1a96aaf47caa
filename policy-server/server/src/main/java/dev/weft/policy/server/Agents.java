/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.weft.policy.api.AgentDirectory;
import dev.weft.policy.compiler.CompiledResource;
import dev.weft.policy.discovery.DiscoveryServer;
import dev.weft.policy.discovery.registry.AgentView;
import dev.weft.protocol.names.TypeUrls;
import dev.weft.protocol.registry.v1.Workload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The agents of the registry as the API shows them. */
final class Agents implements AgentDirectory {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DiscoveryServer discovery;

  Agents(DiscoveryServer discovery) {
    this.discovery = discovery;
  }

  @Override
  public List<ObjectNode> agents() {
    return discovery.agents().stream().map(Agents::toJson).toList();
  }

  @Override
  public @Nullable ObjectNode configuration(String nodeId) {
    for (AgentView agent : discovery.agents()) {
      Workload workload = agent.workload();
      if (workload.getNodeId().equals(nodeId)) {
        return toJson(
            discovery.pushedTo(
                workload.getNamespace(), workload.getLabelsMap(), workload.getLocality()));
      }
    }
    return null;
  }

  private static ObjectNode toJson(DiscoveryServer.Pushed pushed) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("revision", Long.toString(pushed.revision()));
    ArrayNode resources = json.putArray("resources");
    for (String typeUrl : TypeUrls.MAKE_BEFORE_BREAK) {
      for (CompiledResource resource : pushed.snapshot().resources(typeUrl).values()) {
        ArrayNode origins =
            resources
                .addObject()
                .put("typeUrl", typeUrl)
                .put("name", resource.name())
                .put("version", resource.version())
                .put("value", resource.bytes())
                .putArray("origins");
        resource.origins().stream().sorted().forEach(origin -> origins.add(origin.toString()));
      }
    }
    return json;
  }

  private static ObjectNode toJson(AgentView agent) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("workload", toJson(agent.workload()));
    json.set("report", toJson(agent.report()));
    json.put("connected", agent.isConnected());
    json.put("connectedAt", agent.connectedAt().toString());
    return json.put("heardAt", agent.heardAt().toString());
  }

  private static ObjectNode toJson(MessageOrBuilder message) {
    try {
      String text =
          JsonFormat.printer()
              .alwaysPrintFieldsWithNoPresence()
              .omittingInsignificantWhitespace()
              .print(message);
      return (ObjectNode) JSON.readTree(text);
    } catch (InvalidProtocolBufferException | JsonProcessingException e) {
      throw new IllegalStateException("a message of the registry has no JSON form", e);
    }
  }
}
