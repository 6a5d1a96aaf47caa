/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.model.Kind;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows resources. */
@Command(name = "get", mixinStandardHelpOptions = true, description = "Shows resources.")
final class GetCommand implements Callable<Integer> {
  private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

  @Mixin private ServerConnection server = new ServerConnection();

  @Parameters(
      index = "0",
      paramLabel = "KIND",
      description = "A kind: virtualservice, vs, httproutes, ...")
  private String kindName = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description = "One resource; all if left out.")
  private @Nullable String name;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      defaultValue = "default",
      description = "The namespace. Default: default")
  private String namespace = "";

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "Resources of all namespaces.")
  private boolean isInAllNamespaces;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|wide|yaml|json",
      defaultValue = "table",
      description = "How it is shown. Default: table")
  private OutputForm form = OutputForm.TABLE;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = CommandOutput.of(spec);
    Kind kind = KindNames.find(kindName);
    String path = KindNames.path(kind, isInAllNamespaces ? null : namespace, name);
    if (name != null && isInAllNamespaces) {
      throw CommandFailure.badInput(
          "-A and a name (expected: one of them; -n names the namespace)");
    }
    JsonNode answer =
        server.send("GET", path, null, "", form.isTable() ? TABLE : "application/json").orFail();
    if (!form.isTable()) {
      form.print(out, withoutManagers(answer));
    } else if (answer.path("rows").isEmpty()) {
      out.println(
          "No "
              + kind.plural()
              + (isInAllNamespaces ? "" : " in namespace " + namespace + "; -A shows all"));
    } else {
      print(out, answer);
    }
    return CommandLine.ExitCode.OK;
  }

  private void print(PrintWriter out, JsonNode table) {
    List<Integer> shown = new ArrayList<>();
    List<String> headings = new ArrayList<>();
    if (isInAllNamespaces) {
      headings.add("NAMESPACE");
    }
    int index = 0;
    for (JsonNode column : table.path("columnDefinitions")) {
      if (form == OutputForm.WIDE || column.path("priority").asInt() == 0) {
        shown.add(index);
        headings.add(column.path("name").asText().toUpperCase(Locale.ROOT));
      }
      index++;
    }
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode row : table.path("rows")) {
      List<String> cells = new ArrayList<>();
      if (isInAllNamespaces) {
        cells.add(row.at("/object/metadata/namespace").asText());
      }
      shown.forEach(cell -> cells.add(row.path("cells").path(cell).asText()));
      rows.add(cells);
    }
    CommandOutput.table(out, headings, rows);
  }

  /** Who owns which field is for tools. */
  private static JsonNode withoutManagers(JsonNode answer) {
    List<JsonNode> resources = new ArrayList<>(List.of(answer));
    answer.path("items").forEach(resources::add);
    for (JsonNode resource : resources) {
      if (resource.path("metadata") instanceof ObjectNode metadata) {
        metadata.remove("managedFields");
      }
    }
    return answer;
  }
}
