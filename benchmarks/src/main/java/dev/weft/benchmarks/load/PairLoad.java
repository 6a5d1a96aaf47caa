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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Requests per second and CPU per request of a saturated pair: one application calls another over
 * kept connections with java.net.http, eight calls at a time. A pair for each {@link Variant} is up
 * all the time; windows of a fixed number of calls go round, so that all variants see the same
 * machine. Ratios are of medians.
 *
 * <p>Run in the checkout: {@code java -cp benchmarks/target/benchmarks.jar
 * dev.weft.benchmarks.load.PairLoad [ROUNDS] [CALLS]}: 9 rounds of 32,000 calls unless told.
 */
public final class PairLoad {
  private static final int WARM_UPS = 3;
  private static final String ROUTE =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: %1$s}
      spec:
        hosts: [%1$s]
        http:
        - match:
          - uri: {prefix: /admin}
          route:
          - destination: {host: %1$s}
        - timeout: 10s
          retries: {attempts: 2, retryOn: "5xx,connect-failure"}
          route:
          - destination: {host: %1$s}
      """;

  private final Map<Variant, Pair> pairs = new EnumMap<>(Variant.class);
  private final int rounds;
  private final int calls;

  private PairLoad(int rounds, int calls) {
    this.rounds = rounds;
    this.calls = calls;
  }

  /** Measures and prints a table. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9;
    int calls = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 32_000;
    new PairLoad(rounds, calls).run();
  }

  private void run() throws Exception {
    Path folder = Files.createTempDirectory("weft-load");
    ExecutorService lanes = Executors.newFixedThreadPool(Pair.LANES);
    try (PolicyServer server = PolicyServer.start(Jdk.current(), folder)) {
      try {
        for (Variant variant : Variant.values()) {
          pairs.put(variant, pair(variant, server, folder));
        }
        for (int round = -WARM_UPS; round < rounds; round++) {
          System.err.printf("round %d of %d%s%n", round + 1, rounds, round < 0 ? " (warm-up)" : "");
          for (Pair pair : pairs.values()) {
            pair.window(lanes, calls, round >= 0);
          }
        }
      } finally {
        pairs.values().forEach(Pair::close);
      }
    } finally {
      lanes.shutdownNow();
    }
    print();
  }

  private static Pair pair(Variant variant, PolicyServer server, Path folder) {
    String name = variant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    App callee =
        variant
            .on(Pair.app("plain-echo", name + "-echo", folder), name, server)
            .env("VERSION", Pair.ANSWER)
            .start();
    App caller =
        variant
            .on(Pair.app("plain-caller", name + "-caller", folder), name + "-caller", server)
            .start();
    if (variant.isMesh()) {
      server.apply(ROUTE.formatted(name));
    }
    String target =
        variant.isMesh() ? "http://" + name + ":8080/version" : callee.url() + "/version";
    return Pair.of(caller, target, List.of(callee.process()));
  }

  private void print() {
    Pair base = pairs.get(Variant.NONE);
    System.out.printf(
        "%d windows of %,d calls each; medians; ratios to no agent%n%n", rounds, calls);
    System.out.println("| | requests/s | ratio | CPU per request | ratio |");
    System.out.println("|---|---|---|---|---|");
    pairs.forEach(
        (variant, pair) ->
            System.out.printf(
                "| %s | %,.0f | %.2f | %.1f µs | %.2f |%n",
                variant.title(),
                pair.rate().median(),
                pair.rate().median() / base.rate().median(),
                pair.cpu().median(),
                pair.cpu().median() / base.cpu().median()));
  }
}
