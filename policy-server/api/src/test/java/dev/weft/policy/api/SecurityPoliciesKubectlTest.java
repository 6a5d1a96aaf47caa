/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people do with security policies and kubectl. */
@Timeout(180)
class SecurityPoliciesKubectlTest {
  private static final String POLICIES =
      """
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        selector: {matchLabels: {app: orders}}
        action: DENY
        rules:
        - from: [{source: {notPrincipals: ["cluster.local/ns/shop/sa/front"]}}]
          to: [{operation: {paths: ["/admin/*"]}}]
      ---
      apiVersion: security.istio.io/v1beta1
      kind: RequestAuthentication
      metadata: {name: orders, namespace: shop}
      spec:
        jwtRules: [{issuer: "https://issuer.example", jwksUri: "https://issuer.example/keys"}]
      ---
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: {name: orders, namespace: shop}
      spec:
        selector: {matchLabels: {app: orders}}
        mtls: {mode: STRICT}
        portLevelMtls: {"8081": {mode: DISABLE}}
      """;

  @TempDir static Path directory;

  private RunningApi api;
  private Kubectl kubectl;

  @BeforeAll
  static void findKubectl() throws InterruptedException {
    Kubectl.require();
  }

  @BeforeEach
  void startApi() {
    api = new RunningApi();
    kubectl = new Kubectl(api.url(), directory);
  }

  @AfterEach
  void stopApi() {
    api.close();
  }

  @Test
  void appliesThemAndShowsThem() throws Exception {
    String file = kubectl.file("policies.yaml", POLICIES);

    assertThat(kubectl.ok("apply", "--dry-run=server", "-f", file).lines())
        .containsExactly(
            "authorizationpolicy.security.istio.io/orders created (server dry run)",
            "requestauthentication.security.istio.io/orders created (server dry run)",
            "peerauthentication.security.istio.io/orders created (server dry run)");
    assertThat(kubectl.ok("get", "ap,ra,pa", "-A")).isEmpty();

    kubectl.ok("apply", "-f", file);

    assertThat(kubectl.ok("apply", "-f", file).lines())
        .allMatch(line -> line.endsWith("unchanged"));
    assertThat(kubectl.ok("get", "ap", "-n", "shop"))
        .containsPattern("NAME +ACTION +ACCEPTED +AGE")
        .containsPattern("orders +DENY");
    assertThat(kubectl.ok("get", "pa", "-n", "shop"))
        .containsPattern("NAME +MODE +ACCEPTED +AGE")
        .containsPattern("orders +STRICT");
    assertThat(
            kubectl.ok("get", "ra", "orders", "-n", "shop", "-o", "jsonpath={.spec.jwtRules[0]}"))
        .contains("\"issuer\":\"https://issuer.example\"");
    kubectl.ok("delete", "-f", file);
    assertThat(api.policies.list().items()).isEmpty();
  }

  @Test
  void aBadValueIsRefusedWithItsField() throws Exception {
    assertThat(refusal("action: DENY", "action: PERMIT"))
        .contains("spec.action: ")
        .contains("PERMIT")
        .contains("expected: one of ALLOW, DENY, AUDIT, CUSTOM");
    assertThat(refusal("jwksUri: \"https://issuer.example/keys\"", "jwksUri: keys"))
        .contains("spec.jwtRules[0].jwksUri: ")
        .contains("expected: an http or https URL");
    assertThat(refusal("mode: STRICT", "mode: MAYBE"))
        .contains("spec.mtls.mode: ")
        .contains("expected: one of UNSET, DISABLE, PERMISSIVE, STRICT");
    assertThat(refusal("paths: [", "path: [")).contains("spec.rules[0].to[0].operation.path");
  }

  /** Returns what kubectl says of the policies with something else in them, on a dry run too. */
  private String refusal(String good, String bad) throws Exception {
    String file = kubectl.file("bad.yaml", POLICIES.replace(good, bad));
    Kubectl.Outcome dry = kubectl.run("create", "--dry-run=server", "-f", file);
    Kubectl.Outcome outcome = kubectl.run("apply", "-f", file);
    assertThat(dry.exitCode()).isNotZero();
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(dry.errors()).containsAnyOf("Invalid", "invalid", "unknown field");
    return outcome.errors();
  }
}
