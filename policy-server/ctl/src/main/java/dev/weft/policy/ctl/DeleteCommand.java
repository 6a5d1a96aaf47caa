/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import dev.weft.policy.ctl.ServerConnection.Answer;
import dev.weft.policy.model.Kind;
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

/** Removes resources. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = "Removes a resource, or those of files.")
final class DeleteCommand implements Callable<Integer> {
  @Mixin private ServerConnection server = new ServerConnection();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KIND",
      description = "A kind: virtualservice, vs, ...")
  private @Nullable String kindName;

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "The resource.")
  private @Nullable String name;

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "FILE",
      description = "Remove what a file, a folder, or - for standard input names.")
  private List<String> files = List.of();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      defaultValue = "default",
      description = "The namespace. Default: default")
  private String namespace = "";

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = CommandOutput.of(spec);
    List<String> missing = new ArrayList<>();
    if (kindName != null && name != null && files.isEmpty()) {
      Kind kind = KindNames.find(kindName);
      delete(
          KindNames.path(kind, namespace, name),
          kind.singular() + " " + namespace + "/" + name,
          out,
          missing);
    } else if (kindName == null && !files.isEmpty()) {
      for (InputFiles.Input input : InputFiles.read(files, namespace, System.in)) {
        delete(input.path(), input.title(), out, missing);
      }
    } else {
      throw CommandFailure.badInput("expected: a kind and a name, or -f FILE");
    }
    if (!missing.isEmpty()) {
      throw new CommandFailure(
          String.join(", ", missing) + ": not there (weft get KIND -A shows what is)");
    }
    return CommandLine.ExitCode.OK;
  }

  private void delete(String path, String title, PrintWriter out, List<String> missing) {
    Answer answer = server.send("DELETE", path, null, "");
    if (answer.status() == 404) {
      missing.add(title);
    } else {
      answer.orFail();
      out.println(title + " deleted");
    }
  }
}
