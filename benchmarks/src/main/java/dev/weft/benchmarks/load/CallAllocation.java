/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import com.sun.net.httpserver.HttpServer;
import dev.weft.lab.Artifacts;
import dev.weft.lab.JavaProcess;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Bytes that a call through java.net.http allocates in the calling process, over all its threads:
 * without the agent, with it to a host that no rule is for, and with it through a route. Processes
 * take turns; medians of all windows of all processes of a kind.
 *
 * <p>Run in the checkout: {@code java -cp benchmarks/target/benchmarks.jar
 * dev.weft.benchmarks.load.CallAllocation [ROUNDS]}: 5 rounds unless told.
 */
public final class CallAllocation {
  private static final String POLICY =
      """
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata: {name: echo}
      spec:
        hosts: [echo.bench]
        ports:
        - {number: 8080, name: http, protocol: HTTP}
        resolution: STATIC
        endpoints:
        - {address: 127.0.0.1, ports: {http: %d}}
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: echo}
      spec:
        hosts: [echo.bench]
        http:
        - match:
          - uri: {prefix: /admin}
          route:
          - destination: {host: echo.bench}
        - timeout: 10s
          retries: {attempts: 2, retryOn: "5xx,connect-failure"}
          route:
          - destination: {host: echo.bench}
      """;

  private final Path folder;
  private final int port;
  private final PolicyServer server;

  private CallAllocation(Path folder, int port, PolicyServer server) {
    this.folder = folder;
    this.port = port;
    this.server = server;
  }

  private enum Kind {
    NO_AGENT,
    UNMANAGED,
    ROUTED
  }

  /** Measures and prints a table. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
    Path folder = Files.createTempDirectory("weft-allocation");
    ExecutorService threads = Executors.newCachedThreadPool();
    HttpServer echo = echo(threads);
    try (PolicyServer server = PolicyServer.start(Jdk.current(), folder)) {
      int port = echo.getAddress().getPort();
      server.applyAll(POLICY.formatted(port));
      CallAllocation allocation = new CallAllocation(folder, port, server);
      System.out.println("| | no agent | unmanaged | more | routed | more |");
      System.out.println("|---|---|---|---|---|---|");
      for (String method : List.of("send", "sendAsync")) {
        allocation.measure(method, rounds);
      }
    } finally {
      echo.stop(0);
      threads.shutdownNow();
    }
  }

  private static HttpServer echo(ExecutorService threads) throws IOException {
    HttpServer echo =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
    echo.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    echo.setExecutor(threads);
    echo.start();
    return echo;
  }

  private void measure(String method, int rounds) {
    Map<Kind, Samples> bytes = new EnumMap<>(Kind.class);
    for (int round = 0; round < rounds; round++) {
      System.err.printf("%s: round %d of %d%n", method, round + 1, rounds);
      for (Kind kind : Kind.values()) {
        windows(kind, method, round, bytes.computeIfAbsent(kind, any -> new Samples()));
      }
    }
    double none = bytes.get(Kind.NO_AGENT).median();
    double unmanaged = bytes.get(Kind.UNMANAGED).median();
    double routed = bytes.get(Kind.ROUTED).median();
    System.out.printf(
        "| %s | %,.0f B | %,.0f B | %,.0f B | %,.0f B | %,.0f B |%n",
        method, none, unmanaged, unmanaged - none, routed, routed - none);
  }

  private void windows(Kind kind, String method, int round, Samples samples) {
    List<String> arguments = new ArrayList<>();
    if (kind != Kind.NO_AGENT) {
      arguments.add("-javaagent:" + Artifacts.agent());
      arguments.add("-Dweft.server=" + server.address());
      arguments.add("-Dweft.service=probe");
      arguments.add("-Dweft.telemetry=none");
    }
    arguments.add("-cp");
    arguments.add(Artifacts.root().resolve("benchmarks/target/benchmarks.jar").toString());
    arguments.add(CallProbe.class.getName());
    // Both are as long as each other: they are in the request.
    arguments.add(
        kind == Kind.ROUTED
            ? "http://echo.bench:8080/items"
            : "http://127.0.0.1:" + port + "/items");
    arguments.add(method);
    String name = method + "-" + kind.name().toLowerCase(Locale.ROOT) + "-" + round;
    Path log = folder.resolve(name + ".log");
    try (JavaProcess probe = JavaProcess.start(name, Jdk.current(), arguments, Map.of(), log)) {
      probe.await("measure", Duration.ofMinutes(3), () -> probe.output().contains(CallProbe.DONE));
      probe
          .output()
          .lines()
          .filter(line -> line.startsWith(CallProbe.RESULT))
          .forEach(
              line -> samples.add(Double.parseDouble(line.substring(CallProbe.RESULT.length()))));
    }
  }
}
