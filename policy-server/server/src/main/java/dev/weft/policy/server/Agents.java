/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.weft.policy.api.AgentDirectory;
import dev.weft.policy.discovery.registry.AgentView;
import java.util.List;
import java.util.function.Supplier;

/** The agents of the registry as the API shows them. */
final class Agents implements AgentDirectory {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Supplier<List<AgentView>> registry;

  Agents(Supplier<List<AgentView>> registry) {
    this.registry = registry;
  }

  @Override
  public List<ObjectNode> agents() {
    return registry.get().stream().map(Agents::toJson).toList();
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
