/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows the join tokens. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Shows the join tokens, without their secrets.")
final class TokenListCommand implements Callable<Integer> {
  @Mixin private ServerConnection server = new ServerConnection();

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public Integer call() {
    JsonNode answer = server.send("GET", "/weft/v1/tokens", null, "").orFail();
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode token : answer.path("tokens")) {
      rows.add(
          List.of(
              token.path("id").asText(),
              token.path("namespace").asText(),
              token.path("serviceAccount").asText(),
              token.path("reusable").asBoolean() ? "many" : "one",
              token.path("state").asText(),
              token.path("expires").asText(),
              token.path("used").asText("never")));
    }
    CommandOutput.table(
        CommandOutput.of(spec),
        List.of("ID", "NAMESPACE", "SERVICE ACCOUNT", "USES", "STATE", "EXPIRES", "LAST USED"),
        rows);
    return CommandLine.ExitCode.OK;
  }
}
