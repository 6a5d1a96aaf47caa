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
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Policies edited at a real server guard a real application, which never sees what is refused: it
 * answers with what it was asked, and every refusal has a body that it does not know.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AuthorizationTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String ISSUER = "https://issuer.example";
  @TempDir static Path folder;
  private static PolicyServer server;
  private static App orders;
  private static KeyPair keys;

  @BeforeAll
  static void start() throws Exception {
    Jdk jdk = Jdk.current();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    keys = generator.generateKeyPair();
    server = PolicyServer.start(jdk, folder);
    orders =
        App.of("plain-echo")
            .jdk(jdk)
            .folder(folder)
            .agent("orders")
            .option("weft.cache.dir", folder.resolve("cache").toString())
            .server(server)
            .start();
  }

  @AfterAll
  static void stop() {
    orders.close();
    server.close();
  }

  @Test
  @Order(1)
  void onlyWhatAPolicyAllowsReachesTheApplication() {
    server.apply(policy("ALLOW", "rules: [{to: [{operation: {paths: [/health, /version]}}]}]"));
    awaitStatus("/other", 403);

    assertThat(Http.get(orders.url() + "/version").body()).isEqualTo("v1");
    HttpResponse<String> refused = Http.get(orders.url() + "/other");
    assertThat(refused.body()).isEqualTo("RBAC: access denied");
    assertThat(Http.get(orders.url() + "/version/../other").statusCode()).isEqualTo(403);
    orders
        .process()
        .await(
            "say which policy refuses",
            SOON,
            () -> orders.process().output().contains("denied by none"));
  }

  @Test
  @Order(2)
  void methodsAndHeadersAreLookedAt() {
    server.apply(
        policy(
            "ALLOW",
            """
            rules:
              - to: [{operation: {paths: [/health, /version]}}]
              - to: [{operation: {methods: [POST]}}]
                when: [{key: "request.headers[x-user]", values: [alice]}]
            """));
    await("a POST with the header to be let in", () -> post("alice") == 200);

    assertThat(post("bob")).isEqualTo(403);
    assertThat(Http.get(orders.url() + "/other", "x-user", "alice").statusCode()).isEqualTo(403);
  }

  @Test
  @Order(3)
  void aCallerWithoutACertificateHasNoName() {
    server.apply(
        policy(
            "ALLOW",
            """
            rules:
              - to: [{operation: {paths: [/health, /version]}}]
              - from: [{source: {principals: ["*"]}}]
            """));
    awaitStatus("/other", 403);
    await("no POST to be let in", () -> post("alice") == 403);

    assertThat(Http.get(orders.url() + "/version").statusCode()).isEqualTo(200);
  }

  @Test
  @Order(4)
  void whatATokenSaysIsLookedAt() throws Exception {
    server.apply(
        """
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata:
          name: orders
        spec:
          jwtRules:
          - issuer: %s
            audiences: [orders]
            jwks: '%s'
            outputClaimToHeaders: [{header: x-subject, claim: sub}]
        """
            .formatted(ISSUER, publishedKeys()));
    server.apply(
        policy(
            "ALLOW",
            """
            rules:
              - to: [{operation: {paths: [/health, /version]}}]
              - from: [{source: {requestPrincipals: ["%s/*"]}}]
                when: [{key: "request.auth.claims[groups]", values: [buyers]}]
            """
                .formatted(ISSUER)));
    await("a token to be taken", () -> bearing(token("buyers", 600)).statusCode() == 200);

    HttpResponse<String> taken = bearing(token("buyers", 600));
    assertThat(taken.body()).contains("X-subject: [alice]").doesNotContain("Bearer");
    assertThat(bearing(token("sellers", 600)).statusCode()).isEqualTo(403);
    HttpResponse<String> expired = bearing(token("buyers", -600));
    assertThat(expired.statusCode()).isEqualTo(401);
    assertThat(expired.body()).isEqualTo("Jwt is expired");
    assertThat(expired.headers().firstValue("www-authenticate").orElse(""))
        .contains("invalid_token");
    assertThat(bearing(token("buyers", 600) + "x").body()).isEqualTo("Jwt verification fails");
    assertThat(Http.get(orders.url() + "/other").statusCode()).isEqualTo(403);
  }

  @Test
  @Order(5)
  void withoutTheServerAndAfterARestartPoliciesGoOn() throws Exception {
    server.kill();
    assertThat(Http.get(orders.url() + "/other").statusCode()).isEqualTo(403);
    assertThat(bearing(token("buyers", 600)).statusCode()).isEqualTo(200);

    orders.restart();

    awaitStatus("/other", 403);
    assertThat(bearing(token("buyers", 600)).statusCode()).isEqualTo(200);
    assertThat(bearing(token("sellers", 600)).statusCode()).isEqualTo(403);
    server.restart();
  }

  @Test
  @Order(6)
  void aDryRunRefusesNothing() {
    server.delete(policy("ALLOW", "rules: []"));
    awaitStatus("/other", 200);
    server.apply(
        policy("DENY", "rules: [{}]")
            .replace("name: orders", "name: orders\n  annotations: {istio.io/dry-run: 'true'}"));

    orders
        .process()
        .await(
            "say what the dry run would refuse",
            SOON,
            () -> {
              assertThat(Http.get(orders.url() + "/other").statusCode()).isEqualTo(200);
              return orders.process().output().contains("would_deny by ns[default]-policy[orders]");
            });
  }

  private static String policy(String action, String rules) {
    return """
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata:
      name: orders
    spec:
      selector: {matchLabels: {app: orders}}
      action: %s
    """
            .formatted(action)
        + rules.stripTrailing().indent(2);
  }

  private static int post(String user) {
    return Http.send("POST", orders.url() + "/other", "x", "x-user", user).statusCode();
  }

  private static HttpResponse<String> bearing(String token) {
    return Http.get(orders.url() + "/other", "authorization", "Bearer " + token);
  }

  private static void awaitStatus(String path, int status) {
    await(
        path + " to be answered with " + status,
        () -> Http.get(orders.url() + path).statusCode() == status);
  }

  private static void await(String what, java.util.concurrent.Callable<Boolean> condition) {
    Await.until(
        what,
        SOON,
        () -> {
          try {
            return condition.call();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        () -> orders.process().output());
  }

  private static String publishedKeys() {
    RSAPublicKey key = (RSAPublicKey) keys.getPublic();
    return "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}]}"
        .formatted(base64(key.getModulus()), base64(key.getPublicExponent()));
  }

  private static String token(String group, long secondsLeft) throws Exception {
    long expires = System.currentTimeMillis() / 1000 + secondsLeft;
    String signed =
        base64("{\"alg\":\"RS256\"}")
            + "."
            + base64(
                "{\"iss\":\"%s\",\"sub\":\"alice\",\"aud\":\"orders\",\"groups\":[\"%s\"],\"exp\":%d}"
                    .formatted(ISSUER, group, expires));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(keys.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + base64(signature.sign());
  }

  private static String base64(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return base64(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
