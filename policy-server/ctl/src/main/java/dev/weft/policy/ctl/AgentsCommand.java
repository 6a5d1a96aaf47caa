/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows who is in the mesh, what is woven and what is applied. */
@Command(
    name = "agents",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the agents, what is woven and what is applied.",
      "With a name, all about those of that service or instance."
    })
final class AgentsCommand implements Callable<Integer> {
  @Mixin private ServerConnection server = new ServerConnection();

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "A service or an instance.")
  private @Nullable String name;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|yaml|json",
      defaultValue = "table",
      description = "How it is shown. Default: table")
  private OutputForm form = OutputForm.TABLE;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = CommandOutput.of(spec);
    List<JsonNode> found = name == null ? AgentLookup.all(server) : AgentLookup.find(server, name);
    List<AgentText> agents = found.stream().map(AgentText::new).toList();
    if (!form.isTable()) {
      ObjectNode document = JsonNodeFactory.instance.objectNode();
      document.putArray("agents").addAll(found);
      form.print(out, document);
    } else if (agents.isEmpty()) {
      out.println(
          "No agent is connected. Start a service with -javaagent:weft-agent.jar and"
              + " -Dweft.server=HOST:PORT of this server.");
    } else if (name == null) {
      List<List<String>> rows = new ArrayList<>();
      agents.forEach(agent -> rows.add(agent.row()));
      CommandOutput.table(out, AgentText.HEADINGS, rows);
    } else {
      agents.forEach(agent -> agent.print(out, AgentLookup.config(server, agent.nodeId())));
    }
    return CommandLine.ExitCode.OK;
  }
}
