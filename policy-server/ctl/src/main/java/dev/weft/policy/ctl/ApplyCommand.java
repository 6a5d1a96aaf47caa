/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.ctl.InputFiles.Input;
import dev.weft.policy.ctl.ServerConnection.Answer;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Creates or changes resources, and says what the server found about them. */
@Command(
    name = "apply",
    mixinStandardHelpOptions = true,
    description = "Creates or changes resources as files say.",
    footer = "%nExit code: 0 all done, 1 something was refused, 2 the command or a file is wrong.")
final class ApplyCommand implements Callable<Integer> {
  /** How long the server may take to say what it found about a change. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  @Mixin private ServerConnection server = new ServerConnection();

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "FILE",
      required = true,
      description = "A file of YAML or JSON, a folder of them, or - for standard input.")
  private List<String> files = List.of();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      defaultValue = "default",
      description = "The namespace of resources that name none. Default: default")
  private String namespace = "";

  @Option(names = "--dry-run", description = "Check everything on the server, and keep nothing.")
  private boolean isDryRun;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = CommandOutput.of(spec);
    List<String> refused = new ArrayList<>();
    for (Input input : InputFiles.read(files, namespace, System.in)) {
      String problem = apply(input, out);
      if (!problem.isEmpty()) {
        refused.add(problem);
      }
      out.flush();
    }
    if (!refused.isEmpty()) {
      throw new CommandFailure(String.join("\nweft: ", refused));
    }
    return CommandLine.ExitCode.OK;
  }

  /** Returns what was wrong, or empty. */
  private String apply(Input input, PrintWriter out) {
    JsonNode before = server.find(input.path());
    Answer answer =
        server.send(
            "PATCH",
            input.path()
                + "?fieldManager=weft&force=true&fieldValidation=Strict"
                + (isDryRun ? "&dryRun=All" : ""),
            write(input.document().root()),
            "application/apply-patch+yaml");
    if (!answer.isOk()) {
      return input.title() + " of " + describe(input, answer);
    }
    out.println(
        input.title() + " " + outcome(before, answer.json()) + (isDryRun ? " (dry run)" : ""));
    if (!isDryRun) {
      findings(input, answer.json()).forEach(finding -> out.println("  " + finding));
    }
    return "";
  }

  private static String describe(Input input, Answer answer) {
    StringBuilder lines = new StringBuilder();
    for (JsonNode cause : answer.json().path("details").path("causes")) {
      String field = cause.path("field").asText();
      lines
          .append("\n  ")
          .append(input.source())
          .append(':')
          .append(input.document().lineOf(field))
          .append(": ")
          .append(field)
          .append(": ")
          .append(cause.path("message").asText());
    }
    return lines.length() > 0
        ? input.source() + " is refused" + lines
        : input.source() + " is refused: " + answer.problem();
  }

  private static String outcome(@Nullable JsonNode before, JsonNode after) {
    if (before == null) {
      return "created";
    }
    return authored(before).equals(authored(after)) ? "unchanged" : "changed";
  }

  /** Returns a resource without what the server notes about it. */
  private static JsonNode authored(JsonNode resource) {
    ObjectNode copy = resource.deepCopy();
    copy.remove("status");
    if (copy.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove(List.of("managedFields", "resourceVersion", "generation"));
    }
    return copy;
  }

  /** Waits for the server's findings about what was applied, and returns those to look at. */
  private List<String> findings(Input input, JsonNode applied) {
    long generation = applied.at("/metadata/generation").asLong();
    if (Conditions.areAbout(applied, generation)) {
      return Conditions.problems(applied);
    }
    String watch =
        KindNames.path(input.kind(), input.namespace(), null)
            + "?watch=true&fieldSelector=metadata.name="
            + input.name()
            + "&timeoutSeconds="
            + PATIENCE.toSeconds()
            + "&resourceVersion="
            + applied.at("/metadata/resourceVersion").asText();
    try (Stream<String> lines = server.lines(watch, PATIENCE.plus(PATIENCE))) {
      for (Iterator<String> all = lines.iterator(); all.hasNext(); ) {
        JsonNode resource = ServerConnection.JSON.readTree(all.next()).path("object");
        if (Conditions.areAbout(resource, generation)) {
          return Conditions.problems(resource);
        }
      }
    } catch (JsonProcessingException e) {
      return List.of("the server's findings cannot be read: " + e.getOriginalMessage());
    }
    return List.of("the server has not said yet whether it is in effect; weft get shows it");
  }

  private static String write(JsonNode json) {
    try {
      return ServerConnection.JSON.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new CommandFailure("cannot write JSON: " + e.getOriginalMessage());
    }
  }
}
