/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The join tokens, by which workloads get their first certificate. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    description = {
      "Makes, shows and revokes join tokens: what an agent proves by who its workload is, at its"
          + " first contact with the policy server.",
      "Give it to the workload as -Dweft.identity.token or in a file (weft.identity.token.file)."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {TokenCreateCommand.class, TokenListCommand.class, TokenRevokeCommand.class})
final class TokenCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    CommandSpec known = spec;
    if (known != null) {
      throw new ParameterException(known.commandLine(), "expected: create, list or revoke");
    }
  }
}
