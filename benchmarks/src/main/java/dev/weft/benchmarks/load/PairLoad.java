/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import dev.weft.lab.App;
import dev.weft.lab.Http;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
  private static final int LANES = 8;
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
    ExecutorService lanes = Executors.newFixedThreadPool(LANES);
    try (PolicyServer server = PolicyServer.start(Jdk.current(), folder)) {
      try {
        for (Variant variant : Variant.values()) {
          pairs.put(variant, Pair.start(variant, server, folder));
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
                pair.rate.median(),
                pair.rate.median() / base.rate.median(),
                pair.cpu.median(),
                pair.cpu.median() / base.cpu.median()));
  }

  /** A caller and what it calls. */
  private static final class Pair {
    private final App caller;
    private final App callee;
    private final String url;
    private final Samples rate = new Samples();
    private final Samples cpu = new Samples();

    private Pair(App caller, App callee, String url) {
      this.caller = caller;
      this.callee = callee;
      this.url = url;
    }

    static Pair start(Variant variant, PolicyServer server, Path folder) {
      String name = variant.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      App callee =
          variant
              .on(app("plain-echo", name + "-echo", folder).env("VERSION", "hello"), name, server)
              .start();
      App caller =
          variant
              .on(app("plain-caller", name + "-caller", folder), name + "-caller", server)
              .start();
      Pair pair = pair(variant, server, name, caller, callee);
      try {
        caller
            .process()
            .await("reach its callee", Duration.ofSeconds(60), () -> pair.call(1).equals(all(1)));
      } catch (RuntimeException e) {
        pair.close();
        throw e;
      }
      return pair;
    }

    private static Pair pair(
        Variant variant, PolicyServer server, String name, App caller, App callee) {
      String target =
          variant.isMesh() ? "http://" + name + ":8080/version" : callee.url() + "/version";
      if (variant.isMesh()) {
        server.apply(ROUTE.formatted(name));
      }
      return new Pair(caller, callee, caller.url() + "/call?url=" + target + "&n=");
    }

    private static App.Builder app(String jar, String name, Path folder) {
      // As a server would run: the lab's own flags are for short lives.
      return App.of(jar).name(name).folder(folder).jvm("-XX:TieredStopAtLevel=4");
    }

    private static String all(int calls) {
      return "{\"hello\":" + calls + "}";
    }

    private String call(int calls) {
      HttpResponse<String> response = Http.get(url + calls);
      return response.body();
    }

    void window(ExecutorService lanes, int calls, boolean counts) throws InterruptedException {
      int each = calls / LANES;
      Duration cpuBefore = cpuTime();
      long start = System.nanoTime();
      List<Future<String>> answers = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        answers.add(lanes.submit(() -> call(each)));
      }
      for (Future<String> answer : answers) {
        try {
          if (!answer.get().equals(all(each))) {
            throw new IllegalStateException("not all calls came through: " + answer.get());
          }
        } catch (ExecutionException e) {
          throw new IllegalStateException(e.getCause());
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (counts) {
        rate.add(each * LANES / seconds);
        cpu.add(cpuTime().minus(cpuBefore).toNanos() / 1e3 / (each * LANES));
      }
    }

    private Duration cpuTime() {
      return caller.process().cpu().plus(callee.process().cpu());
    }

    void close() {
      caller.close();
      callee.close();
    }
  }
}
