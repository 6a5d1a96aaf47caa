/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import dev.weft.lab.App;
import dev.weft.lab.JavaProcess;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import dev.weft.lab.Relay;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The processes of the shop: a policy server and services with the agent, on loopback ports. Used
 * by one thread.
 */
final class Shop {
  private static final int PRICING_PORT = 50051;

  /** Long enough to outlive the time without a policy server, short enough to see renewals. */
  private static final int CERTIFICATE_SECONDS = 100;

  /** The release whose traffic is listened to. */
  private static final String TAPPED = "orders v2";

  private final Path folder;
  private final Screen screen;
  private final PolicyServer server;
  private final Map<String, App> apps = new TreeMap<>();
  private @Nullable Relay wire;
  private Map<String, Long> noted = Map.of();

  private Shop(Path folder, Screen screen, PolicyServer server) {
    this.folder = folder;
    this.screen = screen;
    this.server = server;
  }

  /**
   * Starts the policy server and the services, and waits until each answers.
   *
   * @param folder gets their data and logs
   */
  static Shop open(Path folder, Screen screen) {
    long began = System.nanoTime();
    PolicyServer server =
        PolicyServer.start(
            Jdk.current(), folder, "--certificate-lifetime", CERTIFICATE_SECONDS + "");
    announce(screen, "policy server", "the rules, and who is where", server.url(), began);
    Shop shop = new Shop(folder, screen, server);
    Map<String, App.Builder> all = new LinkedHashMap<>();
    all.putAll(shop.release("v1", 0));
    all.putAll(shop.release("v2", 0));
    all.put("checkout", shop.service("checkout", "checkout", 80));
    all.put("basket", shop.service("basket", "basket", 80));
    all.put("shop-front", shop.service("shop-front", "shop-front", 80));
    boolean isTapped = Relay.isPossible();
    all.computeIfPresent(
        TAPPED, (name, app) -> isTapped ? app.option("weft.address", Relay.ADDRESS) : app);
    shop.start(all);
    shop.wire = isTapped ? Relay.before(shop.tapped().port()) : null;
    return shop;
  }

  /** Returns the policy server. */
  PolicyServer server() {
    return server;
  }

  /**
   * Returns what somebody sees who listens to calls of {@link #tapped}; null where this machine has
   * one loopback address only.
   */
  @Nullable Relay wire() {
    return wire;
  }

  /** Notes how often each service has got a certificate. */
  void noteCertificates() {
    noted = server.certificates();
  }

  /** Returns whether each has got another one since then. */
  boolean allRenewed() {
    Map<String, Long> now = server.certificates();
    // One that was restarted came back with the certificate that it had kept.
    return now.size() >= apps.size()
        && now.entrySet().stream()
            .allMatch(entry -> entry.getValue() > noted.getOrDefault(entry.getKey(), 1L));
  }

  /** Returns the release of orders that the listener stands before. */
  App tapped() {
    return app(TAPPED);
  }

  /** Returns the ways through the shop, one for each client library. */
  List<Caller> callers() {
    return List.of(
        new Caller(app("shop-front"), "shop-front", "Spring Boot RestClient", "/orders"),
        new Caller(app("checkout"), "checkout", "java.net.http", "/checkout"),
        new Caller(app("basket"), "basket", "OkHttp", "/basket"),
        new Caller(app("basket"), "basket", "gRPC", "/price"));
  }

  /** Returns a service that runs. */
  App app(String name) {
    App app = apps.get(name);
    if (app == null) {
      throw new IllegalArgumentException(name + " (expected: one of " + apps.keySet() + ")");
    }
    return app;
  }

  /** Returns all processes by name. */
  Map<String, JavaProcess> processes() {
    Map<String, JavaProcess> result = new LinkedHashMap<>();
    result.put("policy server", server.process());
    apps.forEach((name, app) -> result.put(name, app.process()));
    return result;
  }

  /** Starts a release of orders and pricing that fails some of its requests by itself. */
  void deploy(String version, int failPercent) {
    start(release(version, failPercent));
  }

  /** Ends a release of orders and pricing. */
  void retire(String version) {
    for (String name : release(version, 0).keySet()) {
      app(name).stop();
      apps.remove(name);
    }
  }

  /** Ends services and starts them again, and waits until they answer. */
  void restart(List<String> names) {
    Map<String, Supplier<App>> restarts = new LinkedHashMap<>();
    for (String name : names) {
      App app = app(name);
      restarts.put(
          name,
          () -> {
            app.restart();
            return app;
          });
    }
    run(restarts);
  }

  private Map<String, App.Builder> release(String version, int failPercent) {
    Map<String, App.Builder> result = new LinkedHashMap<>();
    result.put("orders " + version, service("orders-" + version, "orders", 80));
    result.put(
        "pricing " + version,
        service("pricing-" + version, "pricing", PRICING_PORT).healthByConnecting());
    result
        .values()
        .forEach(
            app ->
                app.label("version", version)
                    .env("VERSION", version)
                    .env("FAIL_PERCENT", Integer.toString(failPercent)));
    return result;
  }

  private App.Builder service(String name, String service, int port) {
    return App.of(service)
        .name(name)
        .folder(folder)
        .agent(service, port)
        .server(server)
        .identity(server, service)
        .option("weft.identity.dir", folder.resolve("identity").resolve(name).toString())
        .option("weft.cache.dir", folder.resolve("cache").resolve(name).toString());
  }

  private void start(Map<String, App.Builder> builders) {
    Map<String, Supplier<App>> starts = new LinkedHashMap<>();
    builders.forEach((name, builder) -> starts.put(name, builder::start));
    apps.putAll(run(starts));
  }

  private Map<String, App> run(Map<String, Supplier<App>> tasks) {
    long began = System.nanoTime();
    Map<String, CompletableFuture<App>> running = new LinkedHashMap<>();
    tasks.forEach(
        (name, task) ->
            running.put(
                name,
                CompletableFuture.supplyAsync(
                    () -> {
                      App app = task.get();
                      announce(screen, name, about(name), app.url(), began);
                      return app;
                    },
                    Shop::thread)));
    Map<String, App> result = new LinkedHashMap<>();
    running.forEach((name, app) -> result.put(name, join(app)));
    return result;
  }

  private static App join(CompletableFuture<App> app) {
    try {
      return app.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static void thread(Runnable task) {
    Thread thread = new Thread(task, "weft-demo-start");
    thread.setDaemon(true);
    thread.start();
  }

  private static String about(String name) {
    List<String> words = new ArrayList<>(List.of(name.split(" ")));
    return switch (words.get(0)) {
      case "orders" -> "plain JDK HTTP server";
      case "pricing" -> "gRPC server";
      case "checkout" -> "calls orders with java.net.http";
      case "basket" -> "calls orders with OkHttp, pricing with gRPC";
      default -> "Spring Boot, calls orders with RestClient";
    };
  }

  private static void announce(
      Screen screen, String name, String about, String url, long beganNanos) {
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    screen.print(
        "    "
            + Screen.pad(name, 15)
            + Screen.pad(about, 45)
            + Screen.pad(url, 22)
            + String.format(Locale.ROOT, "%6.1f s", seconds));
  }
}
