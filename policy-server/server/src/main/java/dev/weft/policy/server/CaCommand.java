/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import dev.weft.policy.ca.CaRotation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ca}: shows the CA in its folder, and replaces it while the server runs. */
@Command(
    name = "ca",
    mixinStandardHelpOptions = true,
    description = "Shows the CA, and replaces it while the server runs.")
final class CaCommand {
  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Shows what signs, what is trusted, and how far a rotation is.")
  int status(@Mixin Folder folder) {
    return run(folder, rotation -> {});
  }

  @Command(
      name = "rotate",
      mixinStandardHelpOptions = true,
      description = {
        "Replaces the CA in three steps, with the lifetime of a certificate between them:",
        "  prepare  has a new root trusted beside the old one",
        "  switch   has the new key sign",
        "  finish   has the old root trusted no longer",
        "A step is refused before its time, when it would lock somebody out."
      })
  int rotate(
      @Parameters(paramLabel = "prepare|switch|finish", description = "The step.") String step,
      @Mixin Folder folder,
      @Option(
              names = "--next",
              paramLabel = "DIR",
              description =
                  "With prepare: the new CA's ca-key.pem, ca-cert.pem, root-cert.pem and, for an"
                      + " intermediate CA, cert-chain.pem. Default: a root that is made")
          @Nullable Path next,
      @Option(
              names = "--force",
              description =
                  "Take switch or finish before its time, as when a key is lost: who is locked out"
                      + " has to join anew")
          boolean force) {
    if (next != null && !step.equals("prepare")) {
      throw bad("--next: goes with prepare only");
    }
    return run(
        folder,
        switch (step) {
          case "prepare" -> rotation -> rotation.prepare(next, folder.trustDomain);
          case "switch" -> rotation -> rotation.switchOver(force);
          case "finish" -> rotation -> rotation.finish(force);
          default -> throw bad(step + " (expected: prepare, switch or finish)");
        });
  }

  /** Takes a step and shows how it stands then; returns the exit code. */
  private int run(Folder folder, Task step) {
    CaRotation rotation =
        new CaRotation(
            folder.path(), Duration.ofSeconds(folder.lifetimeSeconds), Clock.systemUTC());
    PrintWriter errors = commandLine().getErr();
    try {
      step.run(rotation);
      show(rotation.status());
      return CommandLine.ExitCode.OK;
    } catch (IllegalStateException e) {
      errors.println("weft-policy-server: " + e.getMessage());
    } catch (IOException e) {
      errors.println("weft-policy-server: " + folder.path() + ": " + e.getMessage());
    }
    errors.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  private void show(CaRotation.Status status) {
    PrintWriter out = commandLine().getOut();
    out.println("signs:   " + status.authority());
    status.roots().forEach(root -> out.println("trusted: " + root));
    out.println(
        switch (status.step()) {
          case NONE -> "No rotation is under way. Next: ca rotate prepare";
          case PREPARED ->
              "The new root is trusted. Next, not before "
                  + status.nextAt()
                  + ": ca rotate switch. Join tokens that were made before end with it";
          case SWITCHED ->
              "The new key signs. Next, not before " + status.nextAt() + ": ca rotate finish";
        });
    out.flush();
  }

  private CommandLine.ParameterException bad(String message) {
    return new CommandLine.ParameterException(commandLine(), message);
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("not made by picocli");
    }
    return spec.commandLine();
  }

  /** A step. */
  private interface Task {
    void run(CaRotation rotation) throws IOException;
  }

  /** Where the CA is, as the server is told. */
  static final class Folder {
    @Option(
        names = "--data-dir",
        paramLabel = "DIR",
        defaultValue = "${env:WEFT_DATA_DIR:-weft-data}",
        description = "The server's. Default: ./weft-data [WEFT_DATA_DIR]")
    private Path dataDirectory = Path.of("");

    @Option(
        names = "--ca",
        paramLabel = "DIR",
        defaultValue = "${env:WEFT_CA}",
        description = "The server's, if it has one of an operator [WEFT_CA]")
    private @Nullable Path caFolder;

    @Option(
        names = "--trust-domain",
        paramLabel = "DOMAIN",
        defaultValue = "${env:WEFT_TRUST_DOMAIN:-cluster.local}",
        description = "The server's. Default: cluster.local [WEFT_TRUST_DOMAIN]")
    private String trustDomain = "";

    @Option(
        names = "--certificate-lifetime",
        paramLabel = "SECONDS",
        defaultValue = "${env:WEFT_CERTIFICATE_LIFETIME:-86400}",
        description = "The server's. Default: 86400, a day [WEFT_CERTIFICATE_LIFETIME]")
    private long lifetimeSeconds;

    private Path path() {
      return caFolder == null ? dataDirectory.resolve("ca") : caFolder;
    }
  }
}
