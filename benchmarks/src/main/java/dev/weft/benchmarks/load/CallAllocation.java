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
 * without the agent, with it to a host that no rule is for, and with it through a route, without
 * and with a timeout. Processes take turns. Of a process the least of its windows counts, because
 * what is not compiled yet allocates more; of the processes of a kind, the median.
 *
 * <p>Run in the checkout: {@code java -cp benchmarks/target/benchmarks.jar
 * dev.weft.benchmarks.load.CallAllocation [ROUNDS]}: 3 rounds unless told.
 */
public final class CallAllocation {
  private static final String POLICY =
      """
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata: {name: %1$s}
      spec:
        hosts: [%1$s.bench]
        ports:
        - {number: 8080, name: http, protocol: HTTP}
        resolution: STATIC
        endpoints:
        - {address: 127.0.0.1, ports: {http: %2$d}}
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: %1$s}
      spec:
        hosts: [%1$s.bench]
        http:
        - match:
          - uri: {prefix: /admin}
          route:
          - destination: {host: %1$s.bench}
        - timeout: %3$s
          retries: {attempts: 2, retryOn: "5xx,connect-failure"}
          route:
          - destination: {host: %1$s.bench}
      """;

  private final Path folder;
  private final int port;
  private final PolicyServer server;

  private CallAllocation(Path folder, int port, PolicyServer server) {
    this.folder = folder;
    this.port = port;
    this.server = server;
  }

  /** The hosts of the managed ones are as long as the address of the others: both are sent. */
  private enum Kind {
    NO_AGENT("127.0.0.1"),
    UNMANAGED("127.0.0.1"),
    ROUTED("echo.bench"),
    TIMED("time.bench");

    private final String host;

    Kind(String host) {
      this.host = host;
    }

    String url(int port) {
      return "http://" + host + ':' + (host.endsWith(".bench") ? 8080 : port) + "/items";
    }
  }

  /** Measures and prints a table. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
    Path folder = Files.createTempDirectory("weft-allocation");
    ExecutorService threads = Executors.newCachedThreadPool();
    HttpServer echo = echo(threads);
    try (PolicyServer server = PolicyServer.start(Jdk.current(), folder)) {
      int port = echo.getAddress().getPort();
      server.applyAll(POLICY.formatted("echo", port, "0s"));
      server.applyAll(POLICY.formatted("time", port, "10s"));
      CallAllocation allocation = new CallAllocation(folder, port, server);
      System.out.println("| | no agent | more: unmanaged | routed | routed, with a timeout |");
      System.out.println("|---|---|---|---|---|");
      for (String method : List.of("send", "sendAsync")) {
        allocation.measure(method, rounds);
      }
    } finally {
      echo.stop(0);
      threads.shutdownNow();
    }
  }

  private static HttpServer echo(ExecutorService threads) throws IOException {
    // Head and body come apart: without it each answer waits for an acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
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
        process(kind, method, round, bytes.computeIfAbsent(kind, any -> new Samples()));
      }
    }
    double none = bytes.get(Kind.NO_AGENT).median();
    System.out.printf(
        "| %s | %,.0f B | %+,.0f B | %+,.0f B | %+,.0f B |%n",
        method,
        none,
        bytes.get(Kind.UNMANAGED).median() - none,
        bytes.get(Kind.ROUTED).median() - none,
        bytes.get(Kind.TIMED).median() - none);
  }

  private void process(Kind kind, String method, int round, Samples samples) {
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
    arguments.add(kind.url(port));
    arguments.add(method);
    String name = method + "-" + kind.name().toLowerCase(Locale.ROOT) + "-" + round;
    Path log = folder.resolve(name + ".log");
    try (JavaProcess probe = JavaProcess.start(name, Jdk.current(), arguments, Map.of(), log)) {
      probe.await("measure", Duration.ofMinutes(3), () -> probe.output().contains(CallProbe.DONE));
      samples.add(
          probe
              .output()
              .lines()
              .filter(line -> line.startsWith(CallProbe.RESULT))
              .mapToDouble(line -> Double.parseDouble(line.substring(CallProbe.RESULT.length())))
              .min()
              .orElseThrow());
    }
  }
}
