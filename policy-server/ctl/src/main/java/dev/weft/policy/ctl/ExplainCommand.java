/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.simulation.AgentConfiguration;
import dev.weft.simulation.PolicyFolder.Compiled;
import dev.weft.simulation.Request;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what the mesh does with a request, and why. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Says what the mesh does with a request, and why.",
      "That is: which route, clusters and endpoints it takes, what else is done to it,",
      "and why the routes before that one do not match.",
      "Nothing is sent: the agent's own code decides by what is pushed to APP's agent."
    },
    footer = {
      "",
      "Example: weft explain --from checkout GET http://orders/items -H 'x-user: me'",
      "",
      "Exit code: 0 explained, 1 no such server or agent, 2 wrong request or policies."
    })
final class ExplainCommand implements Callable<Integer> {
  @Mixin private ServerConnection server = new ServerConnection();

  @Option(
      names = "--from",
      paramLabel = "APP",
      required = true,
      description =
          "Who calls: a service or an instance as weft agents shows it, with .NAMESPACE behind it"
              + " if there are several.")
  private String from = "";

  @Parameters(index = "0", paramLabel = "METHOD", description = "The HTTP method, such as GET.")
  private String method = "";

  @Parameters(
      index = "1",
      paramLabel = "URL",
      description = "http://HOST[:PORT][/PATH][?QUERY] as the service names it.")
  private String url = "";

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description = "A header of the request. Repeatable.")
  private List<String> headers = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|yaml|json",
      defaultValue = "table",
      description = "How it is shown. Default: table")
  private OutputForm form = OutputForm.TABLE;

  @Option(
      names = "--policies",
      paramLabel = "DIR",
      description = "Read policies from this folder of YAML, and ask no server.")
  private @Nullable Path folder;

  @Mixin private LocalPolicies local = new LocalPolicies();

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Request request = request();
    ObjectNode document = folder == null ? byServer(request) : byFolder(folder, request);
    PrintWriter out = CommandOutput.of(spec);
    if (form.isTable()) {
      new ExplanationText(document).print(out);
    } else {
      form.print(out, document);
    }
    return CommandLine.ExitCode.OK;
  }

  private Request request() {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String header : headers) {
      int colon = header.indexOf(':', 1);
      if (colon < 0) {
        throw CommandFailure.badInput("-H " + header + " (expected: 'NAME: VALUE')");
      }
      fields.merge(
          header.substring(0, colon).strip(),
          header.substring(colon + 1).strip(),
          (first, second) -> first + "," + second);
    }
    try {
      return Request.of(method, url, fields);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.badInput(String.valueOf(e.getMessage()));
    }
  }

  private ObjectNode byFolder(Path policies, Request request) {
    int dot = from.lastIndexOf('.');
    Compiled compiled = local.compile(policies, dot < 0 ? "default" : from.substring(dot + 1));
    ObjectNode document = compiled.held().explanation(request);
    document
        .putObject("from")
        .put("service", dot < 0 ? from : from.substring(0, dot))
        .put("namespace", dot < 0 ? "default" : from.substring(dot + 1))
        .put("policies", policies.toString());
    document.remove("notApplied"); // is among the errors
    compiled.errors().forEach(document.putArray("errors")::add);
    compiled.warnings().forEach(document.putArray("warnings")::add);
    return document;
  }

  private ObjectNode byServer(Request request) {
    List<JsonNode> agents = AgentLookup.find(server, from);
    JsonNode agent = AgentLookup.one(agents, from);
    JsonNode workload = agent.path("workload");
    String nodeId = workload.path("nodeId").asText();
    JsonNode answer = AgentLookup.config(server, nodeId);
    AgentConfiguration held;
    try {
      held = AgentConfiguration.ofPush(answer);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("the policy server's answer cannot be read: " + e.getMessage());
    }
    ObjectNode document = held.explanation(request);
    document
        .putObject("from")
        .put("service", workload.path("service").asText())
        .put("namespace", workload.path("namespace").asText())
        .put("instance", workload.path("instance").asText())
        .put("instances", agents.size())
        .put("configSource", agent.at("/report/configSource").asText())
        .put("configVersion", agent.at("/report/configVersion").asText())
        .put("pushedVersion", held.version())
        .put("identity", identity(agent))
        .put("problems", agent.at("/report/resources").size());
    return document;
  }

  /** Returns who the agent can prove to be; empty if it cannot prove anything. */
  private static String identity(JsonNode agent) {
    JsonNode identity = agent.at("/report/identity");
    return identity.path("epoch").asLong() > 0 ? identity.path("spiffeId").asText() : "";
  }
}
