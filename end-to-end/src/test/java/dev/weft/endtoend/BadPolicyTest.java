/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.lab.Jdk;
import dev.weft.lab.PolicyServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A policy that cannot be meant as it is written is refused, and the refusal names the field. */
class BadPolicyTest {
  private static final String VIRTUAL_SERVICE = "VirtualService";

  @TempDir static Path folder;
  private static PolicyServer server;

  @BeforeAll
  static void start() {
    server = PolicyServer.start(Jdk.current(), folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> badPolicies() {
    return Stream.of(
        route("weight below 0", "route: [{destination: {host: a}, weight: -1}]", "route[0].weight"),
        route("no number", "route: [{destination: {host: a}, weight: many}]", "route[0].weight"),
        route("misspelt", "route: [{destination: {host: a}, wieght: 1}]", "route[0].wieght"),
        route("status", "retries: {attempts: 1, retryOn: '5xx,600'}", "retries.retryOn"),
        route("attempts", "retries: {attempts: 1001}", "retries.attempts"),
        route("header matched", "match: [{headers: {x y: {exact: a}}}]", "match[0].headers[x y]"),
        route(
            "group",
            "rewrite: {uriRegexRewrite: {match: /a, rewrite: '\\5'}}",
            "rewrite.uriRegexRewrite.rewrite"),
        route(
            "line break",
            "headers: {request: {set: {x-a: \"b\\nc\"}}}",
            "headers.request.set[x-a]"),
        route("redirect and rewrite", "redirect: {uri: /a}, rewrite: {uri: /b}", ""),
        of("no hosts", VIRTUAL_SERVICE, "{hosts: [], http: [{}]}", "spec.hosts"),
        of("no routes", VIRTUAL_SERVICE, "{hosts: [a]}", "spec"),
        of("host with *", VIRTUAL_SERVICE, "{hosts: [a.*.b], http: [{}]}", "spec.hosts[0]"),
        of("host with port", VIRTUAL_SERVICE, "{hosts: ['a:80'], http: [{}]}", "spec.hosts[0]"),
        of("host in two", "ServiceEntry", "{hosts: [a b]}", "spec.hosts[0]"),
        of("host with *", "ServiceEntry", "{hosts: [a*b.example]}", "spec.hosts[0]"),
        of(
            "names of ports",
            "ServiceEntry",
            "{hosts: [a], ports: [{number: 80, name: a}, {number: 81, name: a}]}",
            "spec.ports[1].name"),
        of(
            "time to connect",
            "DestinationRule",
            "{host: a, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 0s}}}}",
            "spec.trafficPolicy.connectionPool.tcp.connectTimeout"),
        of(
            "table size",
            "DestinationRule",
            "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {maglev: {tableSize: 4}}}}}",
            "spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize"),
        of(
            "path",
            "HTTPRoute",
            "{rules: [{matches: [{path: {value: foo}}]}]}",
            "spec.rules[0].matches[0].path.value"),
        of(
            "path with //",
            "HTTPRoute",
            "{rules: [{matches: [{path: {value: /foo//}}]}]}",
            "spec.rules[0].matches[0].path.value"),
        of(
            "host as header",
            "HTTPRoute",
            "{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name:"
                + " Host, value: a}]}}]}]}",
            "spec.rules[0].filters[0].requestHeaderModifier.set[0].name"),
        of("mode", "PeerAuthentication", "{mtls: {mode: MAYBE}}", "spec.mtls.mode"),
        of(
            "misspelt",
            "AuthorizationPolicy",
            "{rules: [{to: [{operation: {path: [/a]}}]}]}",
            "spec.rules[0].to[0].operation.path"),
        of(
            "two places for keys",
            "RequestAuthentication",
            "{jwtRules: [{issuer: a, jwks: '{}', jwksUri: 'https://a'}]}",
            "spec.jwtRules[0]"));
  }

  private static Arguments route(String name, String line, String field) {
    String path = field.isEmpty() ? "spec.http[0]" : "spec.http[0]." + field;
    return of(name, VIRTUAL_SERVICE, "{hosts: [a], http: [{" + line + "}]}", path);
  }

  private static Arguments of(String name, String kind, String spec, String field) {
    return argumentSet(kind + ": " + name, kind, spec, field);
  }

  @ParameterizedTest
  @MethodSource("badPolicies")
  void isRefusedWithItsField(String kind, String spec, String field) {
    String yaml =
        """
        apiVersion: %s/v1
        kind: %s
        metadata: {name: bad}
        spec: %s
        """
            .formatted(group(kind), kind, spec);

    HttpResponse<String> answer = server.tryApply(yaml);

    assertThat(answer.statusCode()).isIn(400, 422);
    assertThat(answer.body()).contains(field).contains("expected");
  }

  private static String group(String kind) {
    return switch (kind) {
      case "HTTPRoute" -> "gateway.networking.k8s.io";
      case "VirtualService", "DestinationRule", "ServiceEntry" -> "networking.istio.io";
      default -> "security.istio.io";
    };
  }
}
