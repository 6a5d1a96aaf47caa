/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The real kubectl, told to talk to one server. */
final class Kubectl {
  private static final long TIMEOUT_SECONDS = 60;

  private final String server;
  private final Path directory;

  Kubectl(String server, Path directory) {
    this.server = server;
    this.directory = directory;
  }

  /**
   * Skips the caller's tests if there is no kubectl, or fails them where the system property {@code
   * weft.kubectl} says {@code required}.
   */
  static void require() throws InterruptedException {
    try {
      Process process = new ProcessBuilder("kubectl", "version", "--client").start();
      if (process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
        return;
      }
    } catch (IOException e) {
      // not there: told below
    }
    String message = "no kubectl on the PATH: what kubectl does with the API is NOT tested";
    if (System.getProperty("weft.kubectl", "auto").equals("required")) {
      throw new AssertionError(message);
    }
    System.out.println("\n**** SKIPPED: " + message + " ****\n");
    Assumptions.abort(message);
  }

  /** Runs kubectl and waits for its end. */
  Outcome run(String... arguments) throws IOException, InterruptedException {
    return run(Map.of(), arguments);
  }

  /** Runs kubectl with more in its environment. */
  Outcome run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(directory, "kubectl", ".out");
    Path errors = Files.createTempFile(directory, "kubectl", ".err");
    ProcessBuilder builder = command(arguments);
    builder.environment().putAll(environment);
    Process process =
        builder.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("kubectl " + List.of(arguments) + " does not end");
    }
    return new Outcome(process.exitValue(), Files.readString(output), Files.readString(errors));
  }

  /** Runs kubectl, which has to succeed, and returns what it prints. */
  String ok(String... arguments) throws IOException, InterruptedException {
    Outcome outcome = run(arguments);
    assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
    return outcome.output();
  }

  /** Starts kubectl and leaves it running; its output is the process's. */
  Process start(String... arguments) throws IOException {
    return command(arguments).redirectErrorStream(true).start();
  }

  /** Writes a file that commands can name. */
  String file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content, StandardCharsets.UTF_8).toString();
  }

  private ProcessBuilder command(String... arguments) {
    List<String> command = new ArrayList<>(List.of("kubectl", "--server", server));
    command.addAll(List.of("--cache-dir", directory.resolve("cache").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("KUBECONFIG", "/dev/null");
    builder.environment().put("HOME", directory.toString());
    return builder;
  }

  /** What kubectl said. */
  record Outcome(int exitCode, String output, String errors) {}
}
