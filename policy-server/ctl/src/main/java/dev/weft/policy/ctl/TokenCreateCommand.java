/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a join token. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a join token and prints it: the one time that it is told.",
      "It is good for one workload (--reusable: for all that run as that service account)."
    })
final class TokenCreateCommand implements Callable<Integer> {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})([smhd])");

  @Mixin private ServerConnection server = new ServerConnection();

  @Option(
      names = {"-n", "--namespace"},
      defaultValue = "default",
      description = "The workload's namespace. Default: default")
  private String namespace = "";

  @Option(
      names = "--service-account",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "The workload's service account. Default: default")
  private String serviceAccount = "";

  @Option(names = "--reusable", description = "Good for more than one use.")
  private boolean reusable;

  @Option(
      names = "--lifetime",
      paramLabel = "TIME",
      defaultValue = "1h",
      description = "How long it is good: 30m, 12h, 7d. Default: 1h")
  private String lifetime = "";

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = CommandOutput.of(spec);
    ObjectNode wanted = JsonNodeFactory.instance.objectNode();
    wanted
        .put("namespace", namespace)
        .put("serviceAccount", serviceAccount)
        .put("reusable", reusable)
        .put("lifetimeSeconds", seconds());
    JsonNode created =
        server.send("POST", "/weft/v1/tokens", wanted.toString(), "application/json").orFail();
    // Alone on its line, for scripts; the rest is beside it.
    out.println(created.path("token").asText());
    if (spec != null) {
      spec.commandLine()
          .getErr()
          .println(
              "Join token "
                  + created.path("id").asText()
                  + " for "
                  + namespace
                  + "/"
                  + serviceAccount
                  + ", good "
                  + (reusable ? "" : "once ")
                  + "until "
                  + created.path("expires").asText());
    }
    return CommandLine.ExitCode.OK;
  }

  private long seconds() {
    Matcher matcher = TIME.matcher(lifetime);
    if (!matcher.matches()) {
      throw new CommandFailure("--lifetime: " + lifetime + " (expected: such as 30m, 12h or 7d)");
    }
    long count = Long.parseLong(matcher.group(1));
    Duration time =
        switch (matcher.group(2)) {
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        };
    return time.toSeconds();
  }
}
