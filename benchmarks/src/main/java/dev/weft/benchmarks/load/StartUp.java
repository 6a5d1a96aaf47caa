/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import dev.weft.lab.App;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The CPU time that a Spring Boot application takes until it answers, by {@link Variant}, and that
 * the policy server takes until it is ready. One process at a time, the variants going round.
 *
 * <p>Run in the checkout: {@code java -cp benchmarks/target/benchmarks.jar
 * dev.weft.benchmarks.load.StartUp [ROUNDS]}: 7 rounds unless told.
 */
public final class StartUp {
  private static final List<Variant> VARIANTS =
      List.of(
          Variant.NONE, Variant.OTEL_FULL, Variant.WEFT_MESH, Variant.WEFT_NONE, Variant.OTEL_MESH);

  private StartUp() {}

  /** Measures and prints a table. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7;
    Path folder = Files.createTempDirectory("weft-start");
    Map<Variant, Samples> seconds = new EnumMap<>(Variant.class);
    Samples ready = new Samples();
    for (int round = 0; round < rounds; round++) {
      System.err.printf("round %d of %d%n", round + 1, rounds);
      try (PolicyServer server =
          PolicyServer.start(Jdk.current(), folder.resolve("server" + round))) {
        ready.add(server.process().cpu().toMillis() / 1e3);
        for (Variant variant : VARIANTS) {
          App.Builder app =
              App.of("shop-front")
                  .name(variant.name() + round)
                  .folder(folder)
                  .jvm("-XX:TieredStopAtLevel=4");
          try (App started = variant.on(app, "front", server).start()) {
            seconds
                .computeIfAbsent(variant, key -> new Samples())
                .add(started.process().cpu().toMillis() / 1e3);
          }
        }
      }
    }
    double none = seconds.get(Variant.NONE).median();
    double upstream = seconds.get(Variant.OTEL_FULL).median() - none;
    System.out.printf("CPU seconds until the first answer; medians of %d%n%n", rounds);
    System.out.println("| | CPU | added | share of what the OpenTelemetry agent adds |");
    System.out.println("|---|---|---|---|");
    for (Variant variant : VARIANTS) {
      double median = seconds.get(variant).median();
      System.out.printf(
          "| %s | %.2f s | %.2f s | %.2f |%n",
          variant.title(), median, median - none, (median - none) / upstream);
    }
    System.out.printf("| the policy server, until ready | %.2f s | | |%n", ready.median());
  }
}
