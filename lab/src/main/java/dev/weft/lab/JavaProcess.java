/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A program, mostly Java, running in a process of its own, its output in a file. Closing it ends
 * the process and what it started. Thread-safe.
 */
public final class JavaProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final Path log;

  private JavaProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a program.
   *
   * @param name for messages
   * @param jdk what runs it
   * @param arguments everything behind {@code java}
   * @param environment added to this process's own, which loses its {@code WEFT_}, {@code OTEL_}
   *     and {@code JAVA_TOOL_OPTIONS} variables
   * @param log where its output goes, appended
   */
  public static JavaProcess start(
      String name, Jdk jdk, List<String> arguments, Map<String, String> environment, Path log) {
    List<String> command = new ArrayList<>();
    command.add(jdk.java().toString());
    command.addAll(arguments);
    return run(name, command, environment, log);
  }

  /**
   * Starts any program, like {@link #start}.
   *
   * @param command the program and its arguments
   */
  public static JavaProcess run(
      String name, List<String> command, Map<String, String> environment, Path log) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(
            key ->
                key.startsWith("WEFT_")
                    || key.startsWith("OTEL_")
                    || key.equals("JAVA_TOOL_OPTIONS"));
    builder.environment().putAll(environment);
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      return new JavaProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name + " (" + command + ")", e);
    }
  }

  /** Returns the process id. */
  public long pid() {
    return process.pid();
  }

  /** Returns when it started, as the system tells, or the epoch if it does not. */
  public Instant startedAt() {
    return process.info().startInstant().orElse(Instant.EPOCH);
  }

  /** Returns the CPU time it has used, or zero if the system does not tell. */
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Returns whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Returns all it has printed. */
  public String output() {
    try {
      return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits until the condition holds.
   *
   * @throws IllegalStateException if the process ends before, or time runs out; with the end of its
   *     output
   */
  public void await(String what, Duration limit, BooleanSupplier condition) {
    Await.until(
        name + " to " + what,
        limit,
        () -> {
          if (condition.getAsBoolean()) {
            return true;
          }
          if (!process.isAlive()) {
            throw new IllegalStateException(
                name + " ended with " + process.exitValue() + " before it could " + what + tail());
          }
          return false;
        },
        this::tail);
  }

  /**
   * Waits until it ends by itself and returns its exit code.
   *
   * @throws IllegalStateException if it still runs when time is up; with the end of its output
   */
  public int awaitExit(Duration limit) {
    if (!exited(limit)) {
      throw new IllegalStateException(name + " still runs after " + limit + tail());
    }
    return process.exitValue();
  }

  /** Ends it as a user would (SIGTERM), by force after ten seconds, and waits. */
  public void stop() {
    process.destroy();
    if (!exited(GRACE)) {
      kill();
    }
  }

  /** Ends it at once (SIGKILL) and waits. */
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    exited(GRACE);
  }

  @Override
  public void close() {
    stop();
  }

  private boolean exited(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      return false;
    }
  }

  private String tail() {
    String[] lines = output().split("\n");
    int from = Math.max(0, lines.length - 40);
    return "\n--- the end of "
        + log
        + "\n"
        + String.join("\n", List.of(lines).subList(from, lines.length));
  }
}
