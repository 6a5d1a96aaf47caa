/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import dev.weft.simulation.PolicyFolder.Compiled;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Turns a folder of policies into a file that agents read. */
@Command(
    name = "compile",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Turns a folder of YAML into a file that agents read.",
      "Give it to them with -Dweft.xds.file=FILE. No policy server is needed; they follow the file",
      "when it is compiled again."
    },
    footer = {
      "",
      "Without a server nothing is announced: declare services by ServiceEntry.",
      "",
      "Exit code: 0 written, 1 the file cannot be written, 2 wrong policies, nothing is",
      "written."
    })
final class CompileCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The folder; folders in it count, too.")
  private Path folder = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "Where to write. It is replaced as a whole.")
  private Path output = Path.of("");

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      defaultValue = "default",
      description = "The namespace of the agents that read the file. Default: default")
  private String namespace = "";

  @Mixin private LocalPolicies policies = new LocalPolicies();

  @Option(
      names = "--lenient",
      description = "Write the file even if a policy is not in effect as it is written.")
  private boolean isLenient;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = CommandOutput.errorsOf(spec);
    Compiled compiled = policies.compile(folder, namespace);
    compiled.warnings().forEach(warning -> err.println("weft: warning: " + warning));
    if (!compiled.errors().isEmpty() && !isLenient) {
      throw CommandFailure.badInput(
          String.join("\nweft: ", compiled.errors())
              + "\nweft: nothing is written (--lenient writes what is in effect)");
    }
    compiled.errors().forEach(error -> err.println("weft: not in effect: " + error));
    try {
      compiled.write(output);
    } catch (IOException e) {
      throw new CommandFailure(output + " cannot be written: " + e);
    }
    CommandOutput.of(spec)
        .println(
            output
                + " written, version "
                + compiled.held().version()
                + "; give it to agents with -Dweft.xds.file="
                + output.toAbsolutePath());
    return CommandLine.ExitCode.OK;
  }
}
