/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import dev.weft.lab.Await;
import dev.weft.lab.Http;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the tests share: a policy server, a service {@code echo} of two versions and a caller on the
 * base layer, and the same service without Weft, all in containers. The applications are up before
 * there is a server.
 */
final class Mesh implements AutoCloseable {
  /** The service that is woven; no DNS knows the name. */
  static final String ECHO = "http://echo/version";

  private static final String DATA_VOLUME = "weft-smoke-data";
  private static final String OTHER_VOLUME = "weft-smoke-other";
  private static final String CACHE_VOLUME = "weft-smoke-cache";
  private static final int SERVER_PORT = 7070;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Pattern COUNT = Pattern.compile("\"([^\"]+)\"\\s*:\\s*(\\d+)");
  private static final String[] LEFTOVERS = {
    "docker ps -aq --filter label=%1$s | xargs -r docker rm -fv",
    "docker network ls -q --filter label=%1$s | xargs -r docker network rm",
    "docker volume ls -q --filter label=%1$s | xargs -r docker volume rm"
  };

  private final List<AutoCloseable> parts = new ArrayList<>();
  private final Wire wire = later(Wire.open());
  private final Wire side = later(Wire.internal());
  private final Box v1;
  private final Box v2;
  private final Box plainA;
  private final Box plainB;
  private final Box caller;
  private Box server;

  private Mesh() {
    v1 = later(echo("echo-v1", "echo", "v1").build());
    v2 = later(echo("echo-v2", "echo", "v2").build());
    plainA = later(plainEcho("plain-a").build());
    plainB = later(plainEcho("plain-b").build());
    caller =
        later(
            woven("caller", "plain-caller")
                .in(side, "caller")
                .env("WEFT_SERVER", "policy-server-aside:" + SERVER_PORT)
                .volume(CACHE_VOLUME, "/weft/cache")
                .build());
    server = later(server("policy-server", DATA_VOLUME));
  }

  /** Starts it from images that are built if they have to be. */
  static Mesh start() {
    clear();
    Images.build();
    for (String volume : List.of(DATA_VOLUME, OTHER_VOLUME, CACHE_VOLUME)) {
      Command.run(List.of("docker", "volume", "create", "--label", Box.LABEL, volume)).orFail();
    }
    Mesh mesh = new Mesh();
    try {
      startAll(mesh.v1, mesh.v2, mesh.plainA, mesh.plainB, mesh.caller);
      mesh.server.start();
      mesh.awaitAgents("caller", "echo");
    } catch (RuntimeException e) {
      mesh.close();
      throw e;
    }
    return mesh;
  }

  /** Starts containers at the same time and waits until each answers. */
  static void startAll(Box... boxes) {
    CompletableFuture.allOf(
            List.of(boxes).stream()
                .map(box -> CompletableFuture.runAsync(box::start))
                .toArray(CompletableFuture<?>[]::new))
        .join();
  }

  /** Returns the network that all are in. */
  Wire wire() {
    return wire;
  }

  /** Returns the network through which the caller alone reaches the policy server. */
  Wire side() {
    return side;
  }

  /** Returns the policy server that is there now. */
  Box server() {
    return server;
  }

  /** Returns the caller, which is woven. */
  Box caller() {
    return caller;
  }

  /** Returns version 1 of {@code echo}. */
  Box v1() {
    return v1;
  }

  /** Returns version 2 of {@code echo}. */
  Box v2() {
    return v2;
  }

  /** Returns an echo without Weft that answers {@code plain-a}, which is its name too. */
  Box plainA() {
    return plainA;
  }

  /** Returns an echo without Weft that answers {@code plain-b}, which is its name too. */
  Box plainB() {
    return plainB;
  }

  /** Returns the server's policies. */
  Policies policies() {
    return new Policies(server.url());
  }

  /** Describes a version of a woven service. */
  Box.Builder echo(String name, String service, String version) {
    return woven(name, "plain-echo")
        .env("WEFT_SERVICE", service)
        .env("WEFT_SERVICE_PORT", "80")
        .env("WEFT_LABELS", "version=" + version)
        .env("VERSION", version);
  }

  /** Describes a test application on the base layer, a service of its container's name. */
  Box.Builder woven(String name, String app) {
    return app(name, "weft-app-" + app)
        .env("WEFT_SERVER", "policy-server:" + SERVER_PORT)
        .env("WEFT_SERVICE", name);
  }

  /** Describes another caller, with the caller's cache, that adopts a store. */
  Box.Builder callerThatAdopts(String store) {
    return woven("caller-that-adopts", "plain-caller")
        .env("WEFT_SERVICE", "caller")
        .env("WEFT_ADOPT", store)
        .volume(CACHE_VOLUME, "/weft/cache");
  }

  /** Describes a container from an image of a test application. */
  Box.Builder app(String name, String image) {
    return Box.of(name, image)
        .in(wire, name)
        // The JDK's server sends head and body apart, and each answer would wait for a delayed ACK.
        .env("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -Dsun.net.httpserver.nodelay=true");
  }

  /** Puts a server with an empty store in the place of the one that is there. */
  void replaceServer() {
    server.stop();
    Box empty = server("policy-server-empty", OTHER_VOLUME);
    swapServer(empty);
    empty.start();
  }

  /** Ends the server that is there and starts another in its place, which has run before. */
  void bringBack(Box former) {
    server.stop();
    swapServer(former);
    former.again();
  }

  /** Lets the caller make calls and returns how often each answer came. */
  Map<String, Integer> calls(String url, int count) {
    return calls(caller, url, count);
  }

  /** Lets a caller make calls and returns how often each answer came. */
  static Map<String, Integer> calls(Box from, String url, int count) {
    String body = Http.get(from.url() + "/call?n=" + count + "&url=" + url).body();
    Map<String, Integer> result = new TreeMap<>();
    Matcher matcher = COUNT.matcher(body);
    while (matcher.find()) {
      result.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
    }
    return result;
  }

  /** Waits until all the caller's calls get one answer. */
  void awaitOnly(String url, String answer) {
    Await.until(
        "all calls to " + url + " to be answered by " + answer,
        LIMIT,
        () -> calls(url, 10).equals(Map.of(answer, 10)),
        () -> "; the last: " + calls(url, 5) + "\n" + caller.output());
  }

  /** Returns what the server says of an agent, as JSON. */
  String agent(String service) {
    return Http.get(server.url() + "/weft/v1/agents/" + service).body();
  }

  /** Waits until agents of these services are connected. */
  void awaitAgents(String... services) {
    for (String service : services) {
      server.await(
          "see " + service,
          () ->
              Http.isUp(server.url() + "/weft/v1/agents/" + service)
                  && agent(service).contains("\"connected\":true"));
    }
  }

  @Override
  public void close() {
    for (int i = parts.size() - 1; i >= 0; i--) {
      try {
        parts.get(i).close();
      } catch (Exception e) {
        System.err.println("cannot end " + parts.get(i) + ": " + e);
      }
    }
    clear();
  }

  private Box.Builder plainEcho(String name) {
    return app(name, "weft-app-plain-echo-plain").env("VERSION", name);
  }

  private Box server(String name, String volume) {
    return Box.of(name, "weft-policy-server")
        .in(wire, "policy-server")
        .in(side, "policy-server-aside")
        .env("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
        .volume(volume, "/var/lib/weft")
        .port(SERVER_PORT)
        .health("/readyz")
        .readOnly()
        .build();
  }

  private void swapServer(Box other) {
    if (!parts.contains(other)) {
      parts.add(other);
    }
    server = other;
  }

  private <T extends AutoCloseable> T later(T part) {
    parts.add(part);
    return part;
  }

  /** Removes what a run left behind that was killed. */
  private static void clear() {
    for (String command : LEFTOVERS) {
      Command.run(List.of("sh", "-c", command.formatted(Box.LABEL))).orFail();
    }
  }
}
