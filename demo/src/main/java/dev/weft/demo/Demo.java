/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import dev.weft.lab.Artifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Where the demo starts. It ends with 0 if each step's numbers held, 1 if one did not, 2 if it was
 * called in a wrong way.
 */
public final class Demo {
  private final Path folder = Artifacts.root().resolve(".weft/demo");
  private final KeptShop kept = new KeptShop(folder);
  private final Screen screen;

  private Demo(Screen screen) {
    this.screen = screen;
  }

  /** Runs the demo. */
  public static void main(String[] words) {
    Demo demo = new Demo(new Screen(System.out, Boolean.getBoolean("weft.colour")));
    try {
      System.exit(demo.run(Arguments.parse(List.of(words))));
    } catch (IllegalArgumentException e) {
      System.err.println("weft demo: " + e.getMessage());
      System.exit(2);
    }
  }

  private int run(Arguments arguments) {
    return switch (arguments.action()) {
      case HELP -> help();
      case STOP -> stop();
      case RUN -> walk(arguments.keep(), arguments.limit());
    };
  }

  private int help() {
    screen.print(
        """
        Usage: ./weft demo [--keep] [--limit SECONDS]
               ./weft demo --stop

        Builds what is missing, starts a small shop on this machine's loopback address, and walks
        through these steps. Each sends real traffic and checks what came back:
        """);
    int number = 1;
    for (Step step : Steps.all()) {
      screen.print("  " + number++ + ". " + step.title());
    }
    screen.print(
        """

        The services are unchanged programs with -javaagent:weft-agent.jar: callers on Spring Boot,
        java.net.http, OkHttp and gRPC; orders and pricing in two releases. The policies are in
        demo/policies.

          --keep            leave the shop running afterwards, and say where
          --limit SECONDS   end by then, for slow machines; two minutes unless told otherwise
          --stop            end a shop that was left running

        It ends by itself within two minutes after the build, with 0 if every step held, else 1.\
        """);
    return 0;
  }

  private int stop() {
    int count = kept.stop();
    screen.print(
        count == 0 ? "No shop of the demo is running." : "Stopped " + count + " processes.");
    return 0;
  }

  private int walk(boolean keep, Duration limit) {
    int running = kept.running().size();
    if (running > 0) {
      System.err.println(
          "weft demo: a shop is still running, "
              + running
              + " processes. End it first: ./weft demo --stop");
      return 2;
    }
    clear(folder);
    long began = System.nanoTime();
    endIn(limit);
    Thread cleaner = new Thread(Demo::endChildren, "weft-demo-end");
    Runtime.getRuntime().addShutdownHook(cleaner);

    screen.heading("A shop in the mesh. Its services are unchanged: only -javaagent was added.");
    screen.gap();
    Shop shop;
    try {
      shop = Shop.open(folder, screen);
    } catch (IllegalStateException | UncheckedIOException e) {
      screen.verdict(new Check(false, "the shop did not start"));
      System.err.println(e.getMessage());
      return 1;
    }
    int held = steps(new Stage(shop, screen));
    int all = Steps.all().size();
    screen.gap();
    screen.heading(
        "%d of %d steps held, after %d s."
            .formatted(held, all, (System.nanoTime() - began) / 1_000_000_000));
    screen.gap();
    if (keep) {
      kept.keep(shop.processes());
      Runtime.getRuntime().removeShutdownHook(cleaner);
      new WhatNext(screen).kept(shop, folder);
    } else {
      new WhatNext(screen).gone(folder);
    }
    return held == all ? 0 : 1;
  }

  private int steps(Stage stage) {
    int held = 0;
    int number = 0;
    int all = Steps.all().size();
    for (Step step : Steps.all()) {
      number++;
      screen.gap();
      screen.heading("[%d/%d] %s".formatted(number, all, step.title()));
      try {
        held += stage.carryOut(step) ? 1 : 0;
      } catch (IllegalStateException | UncheckedIOException e) {
        // What comes after builds on what did not work: its numbers would say nothing.
        screen.verdict(new Check(false, "the step broke off, the rest is left out"));
        System.err.println(e.getMessage());
        return held;
      }
    }
    return held;
  }

  private void endIn(Duration limit) {
    Thread watch =
        new Thread(
            () -> {
              long end = System.nanoTime() + limit.toNanos();
              while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
              }
              screen.verdict(
                  new Check(false, "not over after " + limit.toSeconds() + " s; see --limit"));
              System.exit(1);
            },
            "weft-demo-limit");
    watch.setDaemon(true);
    watch.start();
  }

  private static void endChildren() {
    List<ProcessHandle> children = ProcessHandle.current().descendants().toList();
    children.forEach(ProcessHandle::destroy);
    for (ProcessHandle child : children) {
      try {
        child.onExit().get(5, TimeUnit.SECONDS);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        child.destroyForcibly();
      }
    }
  }

  private static void clear(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clear " + folder, e);
    }
  }
}
