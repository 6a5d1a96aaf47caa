/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import dev.weft.lab.App;
import dev.weft.lab.Await;
import dev.weft.lab.Http;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two versions of a service behind one host name that no DNS knows, and a caller. */
final class Orders {
  /** What callers name. */
  static final String URL = "http://orders.shop/version";

  private static final Pattern COUNT = Pattern.compile("\"([^\"]+)\"\\s*:\\s*(\\d+)");

  private Orders() {}

  /** A version's ServiceEntry: {@code orders-v1.shop} on port 80, at a local port. */
  static String serviceEntry(String version, int port) {
    return """
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata:
      name: orders-%1$s
    spec:
      hosts: [orders-%1$s.shop]
      ports: [{number: 80, name: http, protocol: HTTP}]
      resolution: STATIC
      endpoints: [{address: 127.0.0.1, ports: {http: %2$d}}]
    """
        .formatted(version, port);
  }

  /** The ServiceEntry of {@code orders.shop} itself, at a local port. */
  static String service(int port) {
    return serviceEntry("v1", port)
        .replace("orders-v1.shop", "orders.shop")
        .replace("name: orders-v1", "name: orders");
  }

  /** A VirtualService that sends {@code orders.shop} to the two versions. */
  static String weights(int v1, int v2) {
    return """
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata:
      name: orders
    spec:
      hosts: [orders.shop]
      http:
      - route:
        - destination: {host: orders-v1.shop}
          weight: %d
        - destination: {host: orders-v2.shop}
          weight: %d
    """
        .formatted(v1, v2);
  }

  /** Tells the server of both versions and of the host. */
  static void declare(PolicyServer server, App v1, App v2) {
    server.apply(service(v1.port()));
    server.apply(serviceEntry("v1", v1.port()));
    server.apply(serviceEntry("v2", v2.port()));
  }

  /** Starts a version, without the agent. */
  static App version(Jdk jdk, Path folder, String version) {
    return App.of("plain-echo")
        .name("orders-" + version)
        .jdk(jdk)
        .folder(folder)
        .env("VERSION", version)
        .start();
  }

  /** Describes a caller with the agent, its cache in a folder of its own. */
  static App.Builder caller(Jdk jdk, Path folder) {
    return App.of("plain-caller")
        .jdk(jdk)
        .folder(folder)
        .agent("caller")
        .option("weft.cache.dir", folder.resolve("cache").toString());
  }

  /** Lets the caller make calls and returns how often each answer came. */
  static Map<String, Integer> calls(App caller, int count) {
    return callsTo(URL, caller, count);
  }

  /** Like the shorter form, to another URL. */
  static Map<String, Integer> callsTo(String url, App caller, int count) {
    String body = Http.get(caller.url() + "/call?n=" + count + "&url=" + url).body();
    Map<String, Integer> result = new TreeMap<>();
    Matcher matcher = COUNT.matcher(body);
    while (matcher.find()) {
      result.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
    }
    return result;
  }

  /** Waits until all answers come from one version. */
  static void awaitOnly(App caller, String version) {
    Await.until(
        "all calls to go to " + version,
        Duration.ofSeconds(30),
        () -> calls(caller, 20).equals(Map.of(version, 20)),
        () -> "; the last: " + calls(caller, 5) + "\n" + caller.process().output());
  }

  /** Waits until calls are answered by the two versions and by nothing else. */
  static void awaitOnlyVersions(App caller) {
    Await.until(
        "the calls to be managed",
        Duration.ofSeconds(30),
        () -> Set.of("v1", "v2").equals(calls(caller, 50).keySet()),
        () -> caller.process().output());
  }
}
