/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.benchmarks.load;

import dev.weft.lab.App;
import dev.weft.lab.Http;
import dev.weft.lab.JavaProcess;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What mutual TLS costs a pair of applications: requests per second and CPU per request with eight
 * calls at a time, latency of one call at a time, and handshakes per second. Plaintext, TLS of the
 * application's own, Weft's mutual TLS and a pair of HAProxy sidecars are all up and take turns;
 * ratios are of medians. Needs openssl, and haproxy for the last.
 *
 * <p>Run in the checkout: {@code java -cp benchmarks/target/benchmarks.jar
 * dev.weft.benchmarks.load.MutualTlsLoad [ROUNDS] [CALLS]}: 7 rounds of 16,000 calls unless told.
 */
public final class MutualTlsLoad {
  private static final int WARM_UPS = 3;
  private static final int HANDSHAKE_SECONDS = 3;
  private static final Pattern HANDSHAKES =
      Pattern.compile("(\\d+) connections in (\\d+) real seconds");
  private static final String MODE =
      """
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata:
        name: %1$s
      spec:
        selector: {matchLabels: {app: %1$s}}
        mtls: {mode: %2$s}
      """;
  private static final String PROXY =
      """
      global
        nbthread 2
      defaults
        mode http
        timeout connect 5s
        timeout client 60s
        timeout server 60s
        http-reuse always
      frontend in
        bind 127.0.0.1:%1$d %2$s
        default_backend out
      backend out
        server one 127.0.0.1:%3$d %4$s
      """;

  private final Map<TlsKind, Pair> pairs = new EnumMap<>(TlsKind.class);
  private final Map<TlsKind, Samples> handshakes = new EnumMap<>(TlsKind.class);
  private final Map<TlsKind, List<String>> doors = new EnumMap<>(TlsKind.class);
  private final int rounds;
  private final int calls;
  private final Path folder;
  private final Certificates certificates;

  private MutualTlsLoad(int rounds, int calls, Path folder, Certificates certificates) {
    this.rounds = rounds;
    this.calls = calls;
    this.folder = folder;
    this.certificates = certificates;
  }

  /** Measures and prints tables. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7;
    int calls = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 16_000;
    Path folder = Files.createTempDirectory("weft-tls");
    new MutualTlsLoad(rounds, calls, folder, Certificates.make(folder.resolve("tls"))).run();
  }

  private void run() throws Exception {
    ExecutorService lanes = Executors.newFixedThreadPool(Pair.LANES);
    try (PolicyServer server = PolicyServer.start(Jdk.current(), folder)) {
      try {
        for (TlsKind kind : TlsKind.values()) {
          pairs.put(kind, start(kind, server));
        }
        for (int round = -WARM_UPS; round < rounds; round++) {
          System.err.printf("round %d of %d%s%n", round + 1, rounds, round < 0 ? " (warm-up)" : "");
          for (Pair pair : pairs.values()) {
            pair.window(lanes, calls, round >= 0);
            pair.oneByOne(calls / 16, round >= 0);
          }
          for (TlsKind kind : doors.keySet()) {
            shakeHands(kind, round >= 0);
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

  private Pair start(TlsKind kind, PolicyServer server) throws IOException {
    String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    App.Builder echo = Pair.app("plain-echo", name + "-echo", folder).env("VERSION", Pair.ANSWER);
    App.Builder caller = Pair.app("plain-caller", name + "-caller", folder);
    return switch (kind) {
      case PLAINTEXT -> {
        App callee = echo.start();
        yield Pair.of(caller.start(), callee.url() + "/version", List.of(callee.process()));
      }
      case OWN_TLS -> ownTls(echo, caller);
      case WEFT_PLAINTEXT, WEFT_MUTUAL -> woven(kind, name, echo, caller, server);
      case SIDECARS -> sidecars(echo, caller);
    };
  }

  private Pair ownTls(App.Builder echo, App.Builder caller) {
    App callee =
        echo.env("KEYSTORE", certificates.keyStore().toString())
            .env("KEYSTORE_PASSWORD", Certificates.PASSWORD)
            .healthByConnecting()
            .start();
    App calling =
        caller
            .option("javax.net.ssl.trustStore", certificates.trustStore().toString())
            .option("javax.net.ssl.trustStorePassword", Certificates.PASSWORD)
            .start();
    doors.put(TlsKind.OWN_TLS, List.of("-connect", "127.0.0.1:" + callee.port()));
    return Pair.of(
        calling, "https://127.0.0.1:" + callee.port() + "/version", List.of(callee.process()));
  }

  private Pair woven(
      TlsKind kind, String name, App.Builder echo, App.Builder caller, PolicyServer server) {
    server.apply(MODE.formatted(name, "DISABLE"));
    Path identities = folder.resolve("identities");
    App callee =
        echo.agent(name, 8080)
            .server(server)
            .identity(server, name)
            .option("weft.telemetry", "none")
            .start();
    App calling =
        caller
            .agent(name + "-caller", 80)
            .server(server)
            .identity(server, name + "-caller")
            .option("weft.identity.dir", identities.toString())
            .option("weft.telemetry", "none")
            .start();
    Pair pair = Pair.of(calling, "http://" + name + ":8080/version", List.of(callee.process()));
    if (kind == TlsKind.WEFT_MUTUAL) {
      server.apply(MODE.formatted(name, "STRICT"));
      callee.process().await("be strict", java.time.Duration.ofSeconds(60), () -> isShut(callee));
      String pem = identities.resolve("default." + name + "-caller.pem").toString();
      doors.put(kind, List.of("-connect", "127.0.0.1:" + callee.port(), "-cert", pem, "-key", pem));
    }
    return pair;
  }

  private static boolean isShut(App app) {
    return !Http.isUp(app.url() + "/health");
  }

  private Pair sidecars(App.Builder echo, App.Builder caller) throws IOException {
    App callee = echo.start();
    String ours = "ssl crt " + certificates.both() + " ca-file " + certificates.certificate();
    String strict = " verify required ssl-min-ver TLSv1.3";
    int door = Http.freePort();
    int beside = Http.freePort();
    JavaProcess inner = proxy("inner", PROXY.formatted(door, ours + strict, callee.port(), ""));
    JavaProcess outer = proxy("outer", PROXY.formatted(beside, "", door, ours + strict));
    String both = certificates.both().toString();
    doors.put(
        TlsKind.SIDECARS, List.of("-connect", "127.0.0.1:" + door, "-cert", both, "-key", both));
    return Pair.of(
        caller.start(),
        "http://127.0.0.1:" + beside + "/version",
        List.of(callee.process(), inner, outer));
  }

  private JavaProcess proxy(String name, String configuration) throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".cfg"), configuration);
    return JavaProcess.run(
        "haproxy " + name,
        List.of("haproxy", "-db", "-f", file.toString()),
        Map.of(),
        folder.resolve(name + ".log"));
  }

  /** Lets openssl make connection after connection, without resumption. */
  private void shakeHands(TlsKind kind, boolean counts) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("openssl", "s_time", "-new", "-time", Integer.toString(HANDSHAKE_SECONDS)));
    command.addAll(doors.get(kind));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    Matcher matcher = HANDSHAKES.matcher(output);
    if (!matcher.find()) {
      throw new IOException(command + " says " + output);
    }
    if (counts) {
      handshakes
          .computeIfAbsent(kind, key -> new Samples())
          .add(Double.parseDouble(matcher.group(1)) / Double.parseDouble(matcher.group(2)));
    }
  }

  private void print() {
    Pair base = pairs.get(TlsKind.PLAINTEXT);
    System.out.printf("%d windows of %,d calls each; medians%n%n", rounds, calls);
    System.out.println("| | requests/s | ratio | CPU per request | p50 | p99 | handshakes/s |");
    System.out.println("|---|---|---|---|---|---|---|");
    pairs.forEach(
        (kind, pair) ->
            System.out.printf(
                "| %s | %,.0f | %.2f | %.0f µs | %.0f µs | %.0f µs | %s |%n",
                kind.title(),
                pair.rate().median(),
                pair.rate().median() / base.rate().median(),
                pair.cpu().median(),
                pair.middle().median(),
                pair.slow().median(),
                handshakes.containsKey(kind)
                    ? "%.0f".formatted(handshakes.get(kind).median())
                    : ""));
  }
}
