/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Revokes a join token. */
@Command(
    name = "revoke",
    mixinStandardHelpOptions = true,
    description = {
      "Revokes a join token: nobody gets a certificate by it any more.",
      "Certificates that were had by it stay good until they end, and renew themselves."
    })
final class TokenRevokeCommand implements Callable<Integer> {
  @Mixin private ServerConnection server = new ServerConnection();

  @Parameters(paramLabel = "ID", description = "As weft token list shows it.")
  private String id = "";

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public Integer call() {
    ServerConnection.Answer answer =
        server.send(
            "DELETE", "/weft/v1/tokens/" + URLEncoder.encode(id, StandardCharsets.UTF_8), null, "");
    if (answer.status() == 404) {
      throw new CommandFailure("no join token " + id + " (weft token list shows all)");
    }
    answer.orFail();
    CommandOutput.of(spec).println("Join token " + id + " is revoked");
    return CommandLine.ExitCode.OK;
  }
}
