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
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether anything fails or grows while everything changes: calls by java.net.http, OkHttp and gRPC
 * over mutual TLS with certificates of three minutes, an edit each second, a policy server that is
 * killed in every other minute, and one of two endpoints that is stopped and started in the others.
 * Prints what each process holds, and ends with 1 if a call failed or live memory, threads or open
 * files keep growing.
 *
 * <p>Run in the checkout: {@code java -cp benchmarks/target/benchmarks.jar
 * dev.weft.benchmarks.load.Endurance [MINUTES]}: 30 minutes unless told, at least 6.
 */
public final class Endurance {
  private static final int CERTIFICATE_SECONDS = 180;
  private static final int SHORTEST = 6;
  private static final String SERVER = "policy server";

  /** It fills a pool of 200 threads little by little, anew after each of its starts. */
  private static final int SERVER_THREADS = 260;

  /** How often one kind of failure is shown as it happens. */
  private static final int SHOWN = 20;

  private static final Duration BETWEEN_CALLS = Duration.ofMillis(5);
  private static final String SETTINGS =
      """
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: orders
      spec:
        host: orders
        trafficPolicy:
          loadBalancer: {simple: ROUND_ROBIN}
          outlierDetection: {consecutive5xxErrors: 5, interval: 1s, baseEjectionTime: 2s}
        subsets:
        - {name: v1, labels: {version: v1}}
        - {name: v2, labels: {version: v2}}
      ---
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata:
        name: orders
      spec:
        selector: {matchLabels: {app: orders}}
        mtls: {mode: STRICT}
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata:
        name: orders
      spec:
        selector: {matchLabels: {app: orders}}
        rules:
        - from: [{source: {principals: ["cluster.local/ns/default/sa/*"]}}]
      """;
  private static final String ROUTE =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: orders
      spec:
        hosts: [orders]
        http:
        - match: [{headers: {x-%1$d: {exact: a}}}]
          route: [{destination: {host: orders, subset: v1}}]
        - route:
          - {destination: {host: orders}, weight: %2$d}
          - {destination: {host: orders, subset: v1}, weight: %3$d}
          timeout: 10s
          retries: {attempts: 5, retryOn: "connect-failure,refused-stream,reset,5xx"}
      """;

  private final Map<String, AtomicLong> calls = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> failures = new ConcurrentHashMap<>();
  private final AtomicLong edits = new AtomicLong();
  private final AtomicLong refusedEdits = new AtomicLong();
  private final Map<String, List<Footprint>> footprints = new TreeMap<>();
  private final Path folder;

  private Endurance(Path folder) {
    this.folder = folder;
  }

  /** Runs, prints a line each minute and a table at the end. */
  public static void main(String[] arguments) throws Exception {
    int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30;
    if (minutes < SHORTEST) {
      System.err.println("minutes: " + minutes + " (expected: at least " + SHORTEST + ")");
      System.exit(2);
    }
    boolean isSound = new Endurance(Files.createTempDirectory("weft-endurance")).run(minutes);
    System.exit(isSound ? 0 : 1);
  }

  private boolean run(int minutes) throws Exception {
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(6);
    List<App> apps = new ArrayList<>();
    try (PolicyServer server =
        PolicyServer.start(
            Jdk.current(), folder, "--certificate-lifetime", CERTIFICATE_SECONDS + "")) {
      try {
        server.applyAll(SETTINGS);
        server.apply(ROUTE.formatted(0, 50, 50));
        App steady = service(server, "orders", 80).name("orders v1").label("version", "v1").start();
        apps.add(steady);
        App shaky = service(server, "orders", 80).name("orders v2").label("version", "v2").start();
        apps.add(shaky);
        apps.add(service(server, "pricing", 50051).healthByConnecting().start());
        App checkout = service(server, "checkout", 80).start();
        apps.add(checkout);
        App basket = service(server, "basket", 80).start();
        apps.add(basket);
        Map<String, String> ways = new LinkedHashMap<>();
        ways.put("java.net.http", checkout.url() + "/checkout");
        ways.put("OkHttp", basket.url() + "/basket");
        ways.put("gRPC", basket.url() + "/price");
        for (String url : ways.values()) {
          basket.process().await("reach all", Duration.ofSeconds(60), () -> Http.isUp(url));
        }
        List<ScheduledFuture<?>> running = new ArrayList<>();
        ways.forEach(
            (way, url) ->
                running.add(
                    threads.scheduleWithFixedDelay(
                        () -> call(way, url), 0, BETWEEN_CALLS.toMillis(), TimeUnit.MILLISECONDS)));
        running.add(threads.scheduleAtFixedRate(() -> edit(server), 1, 1, TimeUnit.SECONDS));
        for (int minute = 1; minute <= minutes; minute++) {
          int now = minute;
          threads.schedule(() -> disturb(now, server, shaky), 10, TimeUnit.SECONDS).get();
          threads.schedule(() -> measure(now, minutes, server, apps), 48, TimeUnit.SECONDS).get();
        }
        running.forEach(one -> one.cancel(false));
      } finally {
        apps.forEach(App::close);
      }
    } finally {
      threads.shutdownNow();
    }
    return print();
  }

  private App.Builder service(PolicyServer server, String service, int port) {
    return App.of(service)
        .folder(folder)
        .agent(service, port)
        .server(server)
        .identity(server, service)
        .env("VERSION", "v1");
  }

  private void call(String way, String url) {
    calls.computeIfAbsent(way, key -> new AtomicLong()).incrementAndGet();
    String failure;
    try {
      HttpResponse<String> answer = Http.get(url);
      failure = answer.statusCode() == 200 ? "" : answer.statusCode() + " " + answer.body();
    } catch (RuntimeException e) {
      failure = e.toString();
    }
    if (!failure.isEmpty()) {
      String key = way + ": " + failure;
      if (failures.computeIfAbsent(key, text -> new AtomicLong()).incrementAndGet() <= SHOWN) {
        System.err.println(Instant.now() + " FAILED " + key);
      }
    }
  }

  private void edit(PolicyServer server) {
    long number = edits.incrementAndGet();
    int share = (int) (number % 101);
    try {
      server.apply(ROUTE.formatted(number, 100 - share, share));
    } catch (RuntimeException e) {
      refusedEdits.incrementAndGet(); // while the server is away
    }
  }

  private static void disturb(int minute, PolicyServer server, App shaky) {
    System.err.println(Instant.now() + " disturbed: " + (minute % 2 == 0 ? "server" : "endpoint"));
    if (minute % 2 == 0) {
      server.kill();
      server.restart();
    } else {
      shaky.restart();
    }
    System.err.println(Instant.now() + " all is back");
  }

  private void measure(int minute, int minutes, PolicyServer server, List<App> apps) {
    Map<String, JavaProcess> processes = new LinkedHashMap<>();
    processes.put(SERVER, server.process());
    apps.forEach(app -> processes.put(app.log().getFileName().toString(), app.process()));
    StringBuilder line = new StringBuilder();
    processes.forEach(
        (name, process) -> {
          Footprint footprint = Footprint.of(process.pid());
          footprints.computeIfAbsent(name, key -> new ArrayList<>()).add(footprint);
          line.append(' ').append(name).append(' ').append(footprint);
        });
    System.err.printf(
        "minute %d of %d: %s calls, %d failed, %d edits;%s%n",
        minute, minutes, calls, sum(failures), edits.get(), line);
  }

  private boolean print() {
    System.out.printf(
        "%d calls %s, %d failed; %d edits, %d of them while the server was away%n%n",
        sum(calls), calls, sum(failures), edits.get(), refusedEdits.get());
    failures.forEach((failure, count) -> System.out.println(count + " x " + failure));
    System.out.println("| process | first third | last third | |");
    System.out.println("|---|---|---|---|");
    boolean isSound = failures.isEmpty();
    for (Map.Entry<String, List<Footprint>> entry : footprints.entrySet()) {
      List<Footprint> all = entry.getValue();
      int third = all.size() / 3;
      Footprint first = Footprint.median(all.subList(0, third));
      Footprint last = Footprint.median(all.subList(all.size() - third, all.size()));
      boolean grows =
          last.exceeds(first, entry.getKey().equals(SERVER) ? SERVER_THREADS : first.threads() + 8);
      isSound &= !grows;
      System.out.printf(
          "| %s | %s | %s | %s |%n", entry.getKey(), first, last, grows ? "GROWS" : "steady");
    }
    return isSound;
  }

  private static long sum(Map<String, AtomicLong> counts) {
    return counts.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /**
   * What a process holds.
   *
   * @param heap live bytes, after a full collection
   * @param resident bytes that the system counts for it
   */
  private record Footprint(long heap, long resident, int threads, int files) {
    private static final double MEGABYTE = 1024 * 1024;

    /** Live memory may be a quarter and two megabytes more before it counts as growing. */
    boolean exceeds(Footprint earlier, int threadsAllowed) {
      return heap > earlier.heap * 1.25 + 2 * MEGABYTE
          || threads > threadsAllowed
          || files > earlier.files + 16;
    }

    static Footprint of(long pid) {
      try {
        int threads = 0;
        long resident = 0;
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
          String[] words = line.split("\\s+");
          if (words[0].equals("Threads:")) {
            threads = Integer.parseInt(words[1]);
          } else if (words[0].equals("VmRSS:")) {
            resident = Long.parseLong(words[1]) * 1024;
          }
        }
        try (var files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
          return new Footprint(heap(pid), resident, threads, (int) files.count());
        }
      } catch (IOException e) {
        throw new IllegalStateException("cannot measure process " + pid, e);
      }
    }

    static Footprint median(List<Footprint> footprints) {
      return new Footprint(
          middle(footprints.stream().map(Footprint::heap).sorted().toList()),
          middle(footprints.stream().map(Footprint::resident).sorted().toList()),
          middle(footprints.stream().map(Footprint::threads).sorted().toList()),
          middle(footprints.stream().map(Footprint::files).sorted().toList()));
    }

    private static <T> T middle(List<T> sorted) {
      return sorted.get(sorted.size() / 2);
    }

    /** Returns the bytes of all live objects, as the JVM's own histogram has them. */
    private static long heap(long pid) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(pid),
                  "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      List<String> lines =
          new String(
                  process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.startsWith("Total"))
              .toList();
      if (lines.isEmpty()) {
        throw new IOException("jcmd gave no histogram of process " + pid);
      }
      return Long.parseLong(lines.get(0).strip().split("\\s+")[2]);
    }

    @Override
    public String toString() {
      return "%.1f MB live, %.0f MB resident, %d threads, %d files"
          .formatted(heap / MEGABYTE, resident / MEGABYTE, threads, files);
    }
  }
}
