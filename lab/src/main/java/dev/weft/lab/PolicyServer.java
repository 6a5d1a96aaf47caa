/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.lab;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A policy server in a process of its own, on a loopback port that stays over restarts. */
public final class PolicyServer implements AutoCloseable {
  private static final Pattern KIND = Pattern.compile("^kind:\\s*(\\S+)", Pattern.MULTILINE);
  private static final Pattern API = Pattern.compile("^apiVersion:\\s*(\\S+)", Pattern.MULTILINE);
  private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
  private static final Pattern RENEWALS =
      Pattern.compile("\"nodeId\":\"([^\"]+)\".*?\"epoch\":\"?(\\d+)");
  private static final Pattern NAME =
      Pattern.compile("^(?:\\s+|metadata: \\{)name:\\s*([^\\s,}]+)", Pattern.MULTILINE);

  private final Jdk jdk;
  private final int port;
  private final Path data;
  private final Path log;
  private final List<String> options;
  private JavaProcess process;

  private PolicyServer(Jdk jdk, int port, Path data, Path log, List<String> options) {
    this.jdk = jdk;
    this.port = port;
    this.data = data;
    this.log = log;
    this.options = List.copyOf(options);
    this.process = launch();
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param folder gets its data and its log
   */
  public static PolicyServer start(Jdk jdk, Path folder, String... options) {
    return new PolicyServer(
        jdk,
        Http.freePort(),
        folder.resolve("data"),
        folder.resolve("policy-server.log"),
        List.of(options));
  }

  /** Returns {@code host:port}, for {@code weft.server}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Returns the URL without a slash at its end. */
  public String url() {
    return "http://" + address();
  }

  /** Returns its process. */
  public JavaProcess process() {
    return process;
  }

  /** Starts it again on the same port and data, after {@link #kill} or {@link #stop}. */
  public void restart() {
    process = launch();
  }

  /** Starts it again on the same port with other data: another store. */
  public PolicyServer replacedBy(Path otherData) {
    process.stop();
    return new PolicyServer(jdk, port, otherData, log, options);
  }

  /** Ends it as with kill -9. */
  public void kill() {
    process.kill();
  }

  /** Ends it as with SIGTERM. */
  public void stop() {
    process.stop();
  }

  /**
   * Creates or replaces one resource in the namespace {@code default}, by server-side apply.
   *
   * @param yaml one document
   * @throws IllegalStateException if it is not taken, with the server's answer
   */
  public void apply(String yaml) {
    HttpResponse<String> answer = tryApply(yaml);
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body() + "\n" + yaml);
    }
  }

  /**
   * Creates or replaces resources, like {@link #apply}.
   *
   * @param documents YAML documents, parted by lines of {@code ---}
   */
  public void applyAll(String documents) {
    for (String document : documents.split("(?m)^---$")) {
      apply(document);
    }
  }

  /** Like {@link #apply}, and returns the answer whatever it is. */
  public HttpResponse<String> tryApply(String yaml) {
    return Http.send(
        "PATCH",
        resource(yaml) + "?fieldManager=lab&force=true&fieldValidation=Strict",
        yaml,
        "content-type",
        "application/apply-patch+yaml");
  }

  /** Deletes one resource, named by its YAML. */
  public void delete(String yaml) {
    HttpResponse<String> answer = Http.send("DELETE", resource(yaml), null);
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
  }

  /**
   * Makes a join token for a service account of the namespace {@code default}.
   *
   * @param options a member of the request, such as {@code "reusable":true}
   */
  public String token(String serviceAccount, String options) {
    String answer =
        Http.send(
                "POST",
                url() + "/weft/v1/tokens",
                "{\"serviceAccount\":\"" + serviceAccount + "\"," + options + "}",
                "content-type",
                "application/json")
            .body();
    return first(TOKEN, answer);
  }

  /** Returns what is known of the agents, as JSON. */
  public String agents() {
    return Http.get(url() + "/weft/v1/agents").body();
  }

  /** Returns how many agents have a stream open. */
  public int connected() {
    return agents().split("\"connected\":true", -1).length - 1;
  }

  /** Returns how often each agent got a certificate, by its node id. */
  public Map<String, Long> certificates() {
    Map<String, Long> result = new TreeMap<>();
    Matcher matcher = RENEWALS.matcher(agents());
    while (matcher.find()) {
      result.put(matcher.group(1), Long.valueOf(matcher.group(2)));
    }
    return result;
  }

  @Override
  public void close() {
    process.close();
  }

  private String resource(String yaml) {
    return url()
        + "/apis/"
        + first(API, yaml)
        + "/namespaces/default/"
        + plural(first(KIND, yaml))
        + "/"
        + first(NAME, yaml);
  }

  private static String plural(String kind) {
    String lower = kind.toLowerCase(Locale.ROOT);
    return lower.endsWith("y") ? lower.substring(0, lower.length() - 1) + "ies" : lower + "s";
  }

  private static String first(Pattern pattern, String yaml) {
    Matcher matcher = pattern.matcher(yaml);
    if (!matcher.find()) {
      throw new IllegalArgumentException("no " + pattern + " in\n" + yaml);
    }
    return matcher.group(1);
  }

  private JavaProcess launch() {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-jar"));
    arguments.add(Artifacts.policyServer().toString());
    arguments.addAll(List.of("--listen", address(), "--data-dir", data.toString()));
    arguments.addAll(List.of("--plaintext", "loopback"));
    arguments.addAll(options);
    JavaProcess started = JavaProcess.start("policy server", jdk, arguments, Map.of(), log);
    try {
      started.await("become ready", Duration.ofSeconds(60), () -> Http.isUp(url() + "/readyz"));
    } catch (RuntimeException e) {
      started.kill();
      throw e;
    }
    return started;
  }
}
