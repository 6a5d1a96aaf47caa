/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The weft command with all that it can do. */
@Command(
    name = "weft",
    mixinStandardHelpOptions = true,
    versionProvider = WeftCommand.Version.class,
    description = "Edits the policies of a mesh, shows who is in it, and says what it does.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ApplyCommand.class,
      GetCommand.class,
      DeleteCommand.class,
      AgentsCommand.class,
      ExplainCommand.class,
      CompileCommand.class,
      TokenCommand.class
    })
final class WeftCommand {

  /** Runs a command and ends with its exit code: 0 done, 1 not done, 2 not understood. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new WeftCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(
            (failure, arguments) -> {
              CommandLine command = failure.getCommandLine();
              command.getErr().println("weft: " + failure.getMessage());
              command
                  .getErr()
                  .println(command.getCommandSpec().qualifiedName(" ") + " --help says more");
              return CommandLine.ExitCode.USAGE;
            })
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              if (!(failure instanceof CommandFailure understood)) {
                throw failure;
              }
              command.getErr().println("weft: " + understood.getMessage());
              return understood.exitCode();
            });
  }

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = WeftCommand.class.getPackage().getImplementationVersion();
      return new String[] {"weft " + (version == null ? "(no jar)" : version)};
    }
  }
}
