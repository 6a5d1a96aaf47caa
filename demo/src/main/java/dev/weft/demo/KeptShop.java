/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import dev.weft.lab.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The processes that a run with {@code --keep} left running, as noted in a file. A process counts
 * as one of them only if it also started when the note says: process ids come round again.
 */
final class KeptShop {
  private static final int GRACE_SECONDS = 10;

  private final Path file;

  /**
   * Names the note.
   *
   * @param folder the demo's folder
   */
  KeptShop(Path folder) {
    this.file = folder.resolve("processes");
  }

  /** Notes processes. */
  void keep(Map<String, JavaProcess> processes) {
    List<String> lines = new ArrayList<>();
    processes.forEach(
        (name, process) ->
            lines.add(process.pid() + " " + process.startedAt().toEpochMilli() + " " + name));
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** Returns those that still run. */
  List<ProcessHandle> running() {
    List<ProcessHandle> result = new ArrayList<>();
    if (!Files.exists(file)) {
      return result;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ", 3);
        Instant started = Instant.ofEpochMilli(Long.parseLong(words[1]));
        ProcessHandle.of(Long.parseLong(words[0]))
            .filter(process -> startedAt(process).equals(started))
            .ifPresent(result::add);
      }
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** Ends those that still run, by force after ten seconds, and returns how many there were. */
  int stop() {
    List<ProcessHandle> running = running();
    running.forEach(ProcessHandle::destroy);
    for (ProcessHandle process : running) {
      try {
        process.onExit().get(GRACE_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        process.destroyForcibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        process.destroyForcibly();
      } catch (ExecutionException e) {
        throw new IllegalStateException("cannot wait for process " + process.pid(), e);
      }
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file, e);
    }
    return running.size();
  }

  private static Instant startedAt(ProcessHandle process) {
    Instant started = process.info().startInstant().orElse(Instant.EPOCH);
    return Instant.ofEpochMilli(started.toEpochMilli());
  }
}
