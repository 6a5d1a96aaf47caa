/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import dev.weft.lab.Artifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A program that ran to its end.
 *
 * @param status its exit code; 127 if it is not there
 * @param output what it printed, errors too
 */
record Command(int status, String output) {
  /** Runs a program in the checkout's root. */
  static Command run(List<String> words) {
    return run(words, Artifacts.root(), Map.of());
  }

  /** Runs a program in a folder, with variables added to this process's own. */
  static Command run(List<String> words, Path folder, Map<String, String> environment) {
    ProcessBuilder builder =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    // The JVM that runs the tests has its own options.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return new Command(127, e.toString());
    }
    try {
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Command(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted: " + words, e);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * Returns what it printed.
   *
   * @throws IllegalStateException if it failed
   */
  String orFail() {
    if (status != 0) {
      throw new IllegalStateException("exit code " + status + "\n" + output);
    }
    return output;
  }
}
