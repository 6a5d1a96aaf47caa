/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class ResourceSchemaTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  static final List<Kind> KINDS = Kinds.all();

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("badSpecs")
  void aBadFieldIsNamedWithItsValueAndWhatIsExpected(Kind kind, String spec, String problem)
      throws IOException {
    List<Problem> problems = problems(kind, spec);

    assertThat(problems).extracting(Problem::toString).containsExactly(problem);
  }

  static Stream<Arguments> badSpecs() {
    return Stream.of(
        argumentSet(
            "below the range",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{route: [{destination: {host: a}, weight: -1}]}]}",
            "spec.http[0].route[0].weight: -1 (expected: >= 0)"),
        argumentSet(
            "weights whose sum is above the range",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{}, {route: [{destination: {host: a}, weight: 2147483647}, {destination:"
                + " {host: b}, weight: 2147483647}, {destination: {host: c}, weight: 2}]}]}",
            "spec.http[1].route: the sum of weight is 4294967296 (expected: <= 4294967295)"),
        argumentSet(
            "above the range",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{fault: {abort: {percentage: {value: 100.5}}}}]}",
            "spec.http[0].fault.abort.percentage.value: 100.5 (expected: 0 to 100)"),
        argumentSet(
            "an unknown field",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{retries: {attemps: 3}}]}",
            "spec.http[0].retries.attemps: unknown field (expected: one of attempts, backoff,"
                + " perTryTimeout, retryIgnorePreviousHosts, retryOn, retryRemoteLocalities)"),
        argumentSet(
            "another type",
            Kinds.VIRTUAL_SERVICE,
            "{hosts: orders, http: [{}]}",
            "spec.hosts: \"orders\" (expected: a list)"),
        argumentSet(
            "a number as a string",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{retries: {attempts: '3'}}]}",
            "spec.http[0].retries.attempts: \"3\" (expected: an integer)"),
        argumentSet(
            "no value of an enum",
            Kinds.DESTINATION_RULE,
            "{host: a, trafficPolicy: {loadBalancer: {simple: FASTEST}}}",
            "spec.trafficPolicy.loadBalancer.simple: \"FASTEST\" (expected: one of UNSPECIFIED,"
                + " LEAST_CONN, LEAST_REQUEST, PASSTHROUGH, RANDOM, ROUND_ROBIN)"),
        argumentSet(
            "a missing field",
            Kinds.DESTINATION_RULE,
            "{subsets: [{name: v1}]}",
            "spec.host: missing (expected: a string)"),
        argumentSet(
            "no items",
            Kinds.SERVICE_ENTRY,
            "{hosts: []}",
            "spec.hosts: [] (expected: >= 1 items)"),
        argumentSet(
            "a value of a map",
            Kinds.SERVICE_ENTRY,
            "{hosts: [a], endpoints: [{ports: {http: 70000}}]}",
            "spec.endpoints[0].ports[http]: 70000 (expected: 1 to 65535)"),
        argumentSet(
            "fields that exclude each other",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{match: [{uri: {exact: /a, prefix: /b}}]}]}",
            "spec.http[0].match[0].uri: exact and prefix"
                + " (expected: at most one of exact, prefix, regex)"),
        argumentSet(
            "no duration",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{timeout: 2 s}]}",
            "spec.http[0].timeout: \"2 s\" (expected: a duration as 500ms, 1.5s or 1h30m)"),
        argumentSet(
            "no RE2 expression",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{match: [{uri: {regex: 'a(?=b)'}}]}]}",
            "spec.http[0].match[0].uri.regex: \"a(?=b)\" (expected: an RE2 expression; invalid or"
                + " unsupported Perl syntax: (?=)"),
        argumentSet(
            "no hosts",
            Kinds.VIRTUAL_SERVICE,
            "{hosts: [], http: [{}]}",
            "spec.hosts: [] (expected: >= 1 items)"),
        argumentSet(
            "no routes",
            Kinds.VIRTUAL_SERVICE,
            "{http: []}",
            "spec: missing (expected: at least one of http, tls, tcp)"),
        argumentSet(
            "a wildcard in the middle",
            Kinds.VIRTUAL_SERVICE,
            "{hosts: [a.*.example], http: [{}]}",
            "spec.hosts[0]: \"a.*.example\" (expected: a host name, an IP address, or a wildcard"
                + " such as *.example.com)"),
        argumentSet(
            "a host with its port",
            Kinds.VIRTUAL_SERVICE,
            "{hosts: ['orders.example:80'], http: [{}]}",
            "spec.hosts[0]: \"orders.example:80\" (expected: a host name, an IP address, or a"
                + " wildcard such as *.example.com)"),
        argumentSet(
            "a host with a space",
            Kinds.SERVICE_ENTRY,
            "{hosts: [a b]}",
            "spec.hosts[0]: \"a b\" (expected: a host name, an IP address, or a wildcard such as"
                + " *.example.com)"),
        argumentSet(
            "a status that is none",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{retries: {retryOn: '5xx,600'}}]}",
            "spec.http[0].retries.retryOn: \"5xx,600\" (expected: retry conditions of Envoy's and"
                + " statuses, separated by commas)"),
        argumentSet(
            "more attempts than agents make",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{retries: {attempts: 1001}}]}",
            "spec.http[0].retries.attempts: 1001 (expected: 0 to 1000)"),
        argumentSet(
            "a header's name that is none",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{match: [{headers: {x y: {exact: a}}}]}]}",
            "spec.http[0].match[0].headers[x y]: \"x y\" (expected: a header name, or one of"
                + " :method, :authority, :path and :scheme)"),
        argumentSet(
            "a header's value of two lines",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{headers: {request: {set: {x-a: \"b\\nc\"}}}}]}",
            "spec.http[0].headers.request.set[x-a]: \"b\\nc\" (expected: one line of Latin-1)"),
        argumentSet(
            "host among the headers of responses",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{headers: {response: {add: {Host: a}}}}]}",
            "spec.http[0].headers.response.add[Host]: \"Host\" (expected: a header name other than"
                + " host, which a rewrite changes)"),
        argumentSet(
            "a group that is not there",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{rewrite: {uriRegexRewrite: {match: '/(a)', rewrite: '\\5'}}}]}",
            "spec.http[0].rewrite.uriRegexRewrite.rewrite: \"\\\\5\" (expected: \\0 to \\1 or"
                + " \\\\ after a backslash)"),
        argumentSet(
            "two rewrites",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{rewrite: {uri: /a, uriRegexRewrite: {match: /b, rewrite: /c}}}]}",
            "spec.http[0].rewrite: uri and uriRegexRewrite (expected: at most one of uri,"
                + " uriRegexRewrite)"),
        argumentSet(
            "a redirect with a rewrite",
            Kinds.VIRTUAL_SERVICE,
            "{http: [{redirect: {uri: /a}, rewrite: {uri: /b}}]}",
            "spec.http[0]: redirect and rewrite (expected: at most one of redirect,"
                + " directResponse, rewrite)"),
        argumentSet(
            "a table whose size is no prime",
            Kinds.DESTINATION_RULE,
            "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, maglev:"
                + " {tableSize: 1000}}}}}",
            "spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize: 1000 (expected: a"
                + " prime)"),
        argumentSet(
            "no time to connect",
            Kinds.DESTINATION_RULE,
            "{host: a, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 0s}}}}",
            "spec.trafficPolicy.connectionPool.tcp.connectTimeout: \"0s\" (expected: a duration of"
                + " more than 0 as 500ms, 1.5s or 1h30m)"),
        argumentSet(
            "two ports of a name",
            Kinds.SERVICE_ENTRY,
            "{hosts: [a], ports: [{number: 80, name: a}, {number: 81, name: a}]}",
            "spec.ports[1].name: \"a\" (expected: each name once)"),
        argumentSet(
            "a path that is none",
            Kinds.HTTP_ROUTE,
            "{rules: [{matches: [{path: {value: foo}}]}]}",
            "spec.rules[0].matches[0].path.value: \"foo\" (expected: a path that starts with / and"
                + " has no //, no . or .., no query, because type is PathPrefix)"),
        argumentSet(
            "host among the headers",
            Kinds.HTTP_ROUTE,
            "{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name:"
                + " Host, value: a}]}}]}]}",
            "spec.rules[0].filters[0].requestHeaderModifier.set[0].name: \"Host\" (expected: a"
                + " header name other than host, which a rewrite changes)"),
        argumentSet(
            "a redirect that is rewritten",
            Kinds.HTTP_ROUTE,
            "{rules: [{filters: [{type: RequestRedirect, requestRedirect: {}}, {type: URLRewrite,"
                + " urlRewrite: {}}]}]}",
            "spec.rules[0].filters: RequestRedirect and URLRewrite (expected: at most one of"
                + " RequestRedirect, URLRewrite)"),
        argumentSet(
            "no mode of mutual TLS",
            Kinds.PEER_AUTHENTICATION,
            "{mtls: {mode: MAYBE}}",
            "spec.mtls.mode: \"MAYBE\" (expected: one of UNSET, DISABLE, PERMISSIVE, STRICT)"),
        argumentSet(
            "a misspelt field of a rule",
            Kinds.AUTHORIZATION_POLICY,
            "{rules: [{to: [{operation: {path: [/a]}}]}]}",
            "spec.rules[0].to[0].operation.path: unknown field (expected: one of hosts, methods,"
                + " notHosts, notMethods, notPaths, notPorts, paths, ports)"),
        argumentSet(
            "keys in two places",
            Kinds.REQUEST_AUTHENTICATION,
            "{jwtRules: [{issuer: a, jwks: '{}', jwksUri: 'https://a'}]}",
            "spec.jwtRules[0]: jwks and jwksUri (expected: at most one of jwks, jwksUri)"),
        argumentSet(
            "a filter without its field",
            Kinds.HTTP_ROUTE,
            "{rules: [{filters: [{type: URLRewrite}]}]}",
            "spec.rules[0].filters[0].urlRewrite: missing"
                + " (expected: it, because type is URLRewrite)"),
        argumentSet(
            "a filter with another's field",
            Kinds.HTTP_ROUTE,
            "{rules: [{filters: [{type: URLRewrite, urlRewrite: {}, cors: {}}]}]}",
            "spec.rules[0].filters[0].cors: present"
                + " (expected: absent, because type is URLRewrite)"),
        argumentSet(
            "a pattern in words",
            Kinds.HTTP_ROUTE,
            "{rules: [{matches: [{headers: [{name: 'a b', value: c}]}]}]}",
            "spec.rules[0].matches[0].headers[0].name: \"a b\""
                + " (expected: a token as header names are)"),
        argumentSet(
            "more than 32 bits",
            Kinds.HTTP_ROUTE,
            "{rules: [{retry: {attempts: 4294967296}}]}",
            "spec.rules[0].retry.attempts: 4294967296 (expected: an integer of 32 bits)"),
        argumentSet(
            "no duration of the Gateway API",
            Kinds.HTTP_ROUTE,
            "{rules: [{timeouts: {request: 1.5s}}]}",
            "spec.rules[0].timeouts.request: \"1.5s\""
                + " (expected: a duration as 500ms, 10s or 1h30m)"));
  }

  @Test
  void allProblemsAreFoundAtOnce() throws IOException {
    assertThat(problems(Kinds.SERVICE_ENTRY, "{hosts: 1, ports: [{number: 0}], colour: red}"))
        .extracting(Problem::field)
        .containsExactly("spec.hosts", "spec.ports[0].name", "spec.ports[0].number", "spec.colour");
  }

  @Test
  void nullIsTheSameAsNotThere() throws IOException {
    assertThat(problems(Kinds.VIRTUAL_SERVICE, "{gateways: null, http: [{}], tcp: null}"))
        .isEmpty();
    assertThat(problems(Kinds.DESTINATION_RULE, "{host: null}"))
        .extracting(Problem::toString)
        .containsExactly("spec.host: missing (expected: a string)");
  }

  @Test
  void finalizersAreRefused() throws IOException {
    ObjectNode resource =
        (ObjectNode)
            YAML.readTree(
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: a, finalizers: [wait]}
                spec: {hosts: [a], http: [{}]}
                """);

    assertThat(ResourceSchema.of(Kinds.VIRTUAL_SERVICE).problems(resource))
        .extracting(Problem::toString)
        .containsExactly("metadata.finalizers: [\"wait\"] (expected: <= 0 items)");
  }

  @ParameterizedTest
  @FieldSource("KINDS")
  void theSchemaHasTheFieldsOfTheTypedView(Kind kind) {
    assertThat(SchemaFields.of(ResourceSchema.of(kind).toOpenApi().at("/properties/spec")))
        .containsExactlyInAnyOrderElementsOf(TypedFields.ofSpec(kind));
  }

  private static List<Problem> problems(Kind kind, String spec) throws IOException {
    ObjectNode resource = YAML.createObjectNode();
    resource.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
    resource.putObject("metadata").put("name", "orders");
    resource.set("spec", YAML.readTree(spec));
    if (kind == Kinds.VIRTUAL_SERVICE && !resource.at("/spec").has("hosts")) {
      resource.withObject("/spec").putArray("hosts").add("orders");
    }
    return ResourceSchema.of(kind).problems(resource);
  }
}
