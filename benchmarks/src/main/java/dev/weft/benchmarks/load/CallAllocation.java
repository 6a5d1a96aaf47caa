/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import dev.weft.lab.Artifacts;
import dev.weft.lab.JavaProcess;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Bytes that a call through java.net.http allocates in the calling process, over all its threads:
 * without the agent, with it to a host that no rule is for, and with it through a route, without
 * and with a timeout; and the classes whose objects make the difference. Objects are counted, not
 * sampled. Processes take turns. Of a process the least of its windows counts, because what is not
 * compiled yet allocates more; of the processes of a kind, the median, class by class.
 *
 * <p>Run in the checkout: {@code java -cp benchmarks/target/benchmarks.jar
 * dev.weft.benchmarks.load.CallAllocation [METHOD [ROUNDS [JVM OPTION...]]]}: send, or sendAsync; 3
 * rounds unless told.
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
  private final List<String> jvmOptions;

  private CallAllocation(Path folder, int port, PolicyServer server, List<String> jvmOptions) {
    this.folder = folder;
    this.port = port;
    this.server = server;
    this.jvmOptions = jvmOptions;
  }

  /** The hosts, which are sent, are of the same length, and none is an address to be parsed. */
  private enum Kind {
    NO_AGENT("localhost"),
    UNMANAGED("localhost"),
    ROUTED("ech.bench"),
    TIMED("tim.bench");

    private final String host;

    Kind(String host) {
      this.host = host;
    }

    String url(int port) {
      return "http://" + host + ':' + (host.endsWith(".bench") ? 8080 : port) + "/items";
    }
  }

  /** Measures and prints. */
  public static void main(String[] arguments) throws Exception {
    String method = arguments.length > 0 ? arguments[0] : "send";
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    List<String> jvmOptions =
        Arrays.asList(arguments).subList(Math.min(2, arguments.length), arguments.length);
    Path folder = Files.createTempDirectory("weft-allocation");
    try (Echo echo = Echo.start();
        PolicyServer server = PolicyServer.start(Jdk.current(), folder)) {
      server.applyAll(POLICY.formatted("ech", echo.port(), "0s"));
      server.applyAll(POLICY.formatted("tim", echo.port(), "10s"));
      new CallAllocation(folder, echo.port(), server, jvmOptions).measure(method, rounds);
    }
  }

  private void measure(String method, int rounds) {
    Map<Kind, List<PerCall>> all = new EnumMap<>(Kind.class);
    for (int round = 0; round < rounds; round++) {
      System.err.printf("%s: round %d of %d%n", method, round + 1, rounds);
      for (Kind kind : Kind.values()) {
        all.computeIfAbsent(kind, any -> new ArrayList<>()).add(process(kind, method, round));
      }
    }
    PerCall none = PerCall.median(all.get(Kind.NO_AGENT));
    System.out.printf("%n%s: %,.0f B without the agent%n", method, none.bytes());
    for (Kind kind : EnumSet.range(Kind.UNMANAGED, Kind.TIMED)) {
      List<PerCall> processes = all.get(kind);
      System.out.printf(
          "%n%s %s: %s B more%n",
          method,
          kind.name().toLowerCase(Locale.ROOT),
          processes.stream()
              .map(process -> String.format("%+,.0f", process.minus(none).bytes()))
              .collect(Collectors.joining(", ")));
      PerCall.median(processes).minus(none).print(System.out);
    }
  }

  private PerCall process(Kind kind, String method, int round) {
    List<String> arguments = new ArrayList<>(ClassHistogram.JVM_OPTIONS);
    arguments.addAll(jvmOptions);
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
      probe.await("measure", Duration.ofMinutes(5), () -> probe.output().contains(CallProbe.DONE));
      return PerCall.read(probe.output());
    }
  }
}
