/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lab.App;
import dev.weft.lab.Await;
import dev.weft.lab.Http;
import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How an unchanged application gets its identity, keeps it, and what it is refused for. */
class IdentityTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern EPOCH = Pattern.compile("\"epoch\":\"?(\\d+)");
  @TempDir Path folder;

  static List<Jdk> jdks() {
    return Jdk.forTests();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void anAgentJoinsByATokenRenewsItselfAndOutlivesItsServersRestart(Jdk jdk) {
    try (PolicyServer server = PolicyServer.start(jdk, folder, "--certificate-lifetime", "8");
        App v1 = Orders.version(jdk, folder, "v1");
        App v2 = Orders.version(jdk, folder, "v2")) {
      String token = server.token("caller", "\"reusable\":true");
      try (App caller = caller(jdk, server, "caller", token)) {
        Orders.declare(server, v1, v2);
        server.apply(Orders.weights(100, 0));
        Orders.awaitOnly(caller, "v1");
        assertThat(agents(server)).contains("spiffe://cluster.local/ns/default/sa/caller");
        assertThat(caller.process().output()).doesNotContain(token);
        awaitEpoch(server, caller, 2);

        server.kill();
        server.restart();
        long before = awaitEpoch(server, caller, 1);
        awaitEpoch(server, caller, before + 1);
        server.apply(Orders.weights(0, 100));
        Orders.awaitOnly(caller, "v2");
      }
    }
  }

  @Test
  void whyThereIsNoCertificateIsInTheAgentsLogAndTheApplicationRuns() {
    Jdk jdk = Jdk.current();
    try (PolicyServer server = PolicyServer.start(jdk, folder);
        App echo = Orders.version(jdk, folder, "v1")) {
      String expired = server.token("late", "\"lifetimeSeconds\":1");
      String revoked = server.token("cast", "\"reusable\":true");
      Http.send("DELETE", server.url() + "/weft/v1/tokens/" + revoked.split("\\.")[1], null);
      String good = server.token("misled", "\"reusable\":true");
      String elsewhere = good.substring(0, good.lastIndexOf('.') + 1) + "A".repeat(43);

      try (App late = caller(jdk, server, "late", expired);
          App cast = caller(jdk, server, "cast", revoked);
          App misled = caller(jdk, server, "misled", elsewhere)) {
        awaitLog(late, "TOKEN_EXPIRED");
        awaitLog(cast, "TOKEN_REVOKED");
        awaitLog(misled, "is not under the expected CA");

        assertThat(Orders.callsTo(echo.url() + "/version", misled, 5)).isEqualTo(Map.of("v1", 5));
        assertThat(Http.get(server.url() + "/weft/v1/tokens").body())
            .as("a token that went to nobody")
            .containsPattern(good.split("\\.")[1] + "\"[^}]*\"state\":\"good\"")
            .doesNotContain("\"used\":");
        assertThat(server.process().output()).contains("[TOKEN_EXPIRED]", "[TOKEN_REVOKED]");
      }
    }
  }

  @Test
  void aCertificateFromAFileIsTheProofTowardsThePolicyServerToo() {
    Jdk jdk = Jdk.current();
    Path kept = folder.resolve("kept");
    try (PolicyServer server = PolicyServer.start(jdk, folder)) {
      String token = server.token("caller", "\"reusable\":false");
      try (App first =
          Orders.caller(jdk, folder)
              .name("first")
              .server(server)
              .option("weft.service.account", "caller")
              .option("weft.identity.token", token)
              .option("weft.identity.dir", kept.toString())
              .start()) {
        awaitEpoch(server, first, 1);
      }
      Path pem = kept.resolve("default.caller.pem");

      try (App second = withFile(jdk, server, "second", "caller", pem);
          App posing = withFile(jdk, server, "posing", "other", pem)) {
        second
            .process()
            .await(
                "be known with its identity",
                LIMIT,
                () ->
                    agents(server).contains("spiffe://cluster.local/ns/default/sa/caller")
                        && server.connected() == 1);
        awaitLog(posing, "(expected: caller");
      }
    }
  }

  private App withFile(Jdk jdk, PolicyServer server, String name, String account, Path pem) {
    return Orders.caller(jdk, folder)
        .name(name)
        .server(server)
        .option("weft.service.account", account)
        .option("weft.identity.pem", pem.toString())
        .start();
  }

  @Test
  void aCaIsReplacedUnderARunningAgent() throws IOException {
    Jdk jdk = Jdk.current();
    Path other = folder.resolve("other");
    PolicyServer.start(jdk, other).close(); // for its CA
    try (PolicyServer server = PolicyServer.start(jdk, folder, "--certificate-lifetime", "12");
        App caller = caller(jdk, server, "caller", server.token("caller", "\"reusable\":false"))) {
      Path old = folder.resolve("data/ca");
      Path next = other.resolve("data/ca");
      long joined = awaitEpoch(server, caller, 1);

      Files.writeString(
          old.resolve("root-cert.pem"),
          Files.readString(next.resolve("root-cert.pem")),
          StandardOpenOption.APPEND);
      long overlapping = awaitEpoch(server, caller, joined + 2);
      for (String file : List.of("ca-key.pem", "ca-cert.pem")) {
        Files.copy(next.resolve(file), old.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
      long replaced = awaitEpoch(server, caller, overlapping + 2);
      Files.copy(
          next.resolve("root-cert.pem"),
          old.resolve("root-cert.pem"),
          StandardCopyOption.REPLACE_EXISTING);
      awaitEpoch(server, caller, replaced + 2);

      // Its token was good once: all but the first were had over mutual TLS.
      assertThat(caller.process().output()).doesNotContain("TOKEN_USED", "No certificate for");
      // Each certificate's connection was left before the server cut it off.
      assertThat(caller.process().output()).doesNotContain("is away");
      assertThat(server.process().output()).doesNotContain("its certificate ended");
    }
  }

  private App caller(Jdk jdk, PolicyServer server, String account, String token) {
    return Orders.caller(jdk, folder)
        .name(account)
        .server(server)
        .option("weft.service.account", account)
        .option("weft.identity.token", token)
        .start();
  }

  private static String agents(PolicyServer server) {
    return Http.get(server.url() + "/weft/v1/agents").body();
  }

  /** Waits until the one agent's identity has been renewed so often, and returns how often. */
  private static long awaitEpoch(PolicyServer server, App caller, long atLeast) {
    Await.until(
        "the identity's epoch to be " + atLeast,
        LIMIT,
        () -> epoch(server) >= atLeast,
        () -> agents(server) + caller.process().output());
    return epoch(server);
  }

  private static long epoch(PolicyServer server) {
    Matcher matcher = EPOCH.matcher(agents(server));
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  private static void awaitLog(App app, String text) {
    app.process().await("say " + text, LIMIT, () -> app.process().output().contains(text));
  }
}
