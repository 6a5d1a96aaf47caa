/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.agent.engine.config.ClusterConfig;
import dev.weft.agent.engine.config.ClusterConfig.CircuitBreakers;
import dev.weft.agent.engine.config.ClusterConfig.Discovery;
import dev.weft.agent.engine.config.ClusterConfig.LoadBalancing;
import dev.weft.agent.engine.config.ClusterConfig.OutlierDetection;
import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.FaultConfig;
import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.HeaderMutations.HeaderValue;
import dev.weft.agent.engine.config.HeaderMutations.Mode;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RetryConfig.Condition;
import dev.weft.agent.engine.config.RouteAction.DirectResponse;
import dev.weft.agent.engine.config.RouteAction.Forward;
import dev.weft.agent.engine.config.RouteAction.Redirect;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteConfiguration;
import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch.Kind;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.engine.config.VirtualHostConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ValidateTest {
  private static final String ROUTE = "virtual_hosts[0].routes[0].";

  @Test
  void whatTheOtherTestsUseIsValid() {
    assertThat(problems(new Forwards().build())).isEmpty();
    assertThat(
            Engine.validate(Mesh.clusterConfig("orders", LoadBalancing.MAGLEV, Mesh.endpoints(3))))
        .isEmpty();
  }

  @Test
  void expressionsMustBeRe2() {
    RouteMatch match =
        new RouteMatch(
            new PathMatch(Kind.REGEX, "/(", true),
            List.of(new HeaderMatch("x", new StringMatch.Regex("a(?=b)"), false, false)),
            List.of());

    assertThat(problems(new Forwards().match(match).build()))
        .satisfiesExactly(
            problem -> assertThat(problem).startsWith(ROUTE + "match.safe_regex: /("),
            problem ->
                assertThat(problem).startsWith(ROUTE + "match.headers[0].safe_regex: a(?=b)"));
  }

  @Test
  void aRewriteNamesOnlyGroupsThatThereAre() {
    assertThat(problems(regexRewrite("/(a)", "\\2")))
        .containsExactly(
            ROUTE + "route.regex_rewrite.substitution: \\2 (expected: at most group 1)");
    assertThat(problems(regexRewrite("/(a)", "\\x")))
        .containsExactly(
            ROUTE
                + "route.regex_rewrite.substitution: '\\x' (expected: \\0 to \\9 or \\\\ after a"
                + " backslash)");
    assertThat(problems(regexRewrite("/(a)", "\\1\\0\\\\"))).isEmpty();
  }

  @Test
  void weightsHaveASum() {
    Forward none = Mesh.forward();

    assertThat(problems(Mesh.route(Mesh.prefix("/"), none)))
        .containsExactly(
            ROUTE + "route.weighted_clusters: weights with the sum 0 (expected: 1 to 4294967295)");
  }

  @Test
  void headersHaveNamesAndOneLine() {
    HeaderMutations mutations =
        new HeaderMutations(
            List.of(
                new HeaderValue("Upper", "1", Mode.ADD_IF_ABSENT),
                new HeaderValue("x", "a\r\nb", Mode.ADD_IF_ABSENT)),
            List.of(":path"),
            List.of(),
            List.of("host"));

    assertThat(problems(new Forwards().headers(mutations, HeaderMutations.NONE).build()))
        .containsExactly(
            ROUTE
                + "request_headers_to_add[0].key: 'Upper' (expected: a header name in lower case)",
            ROUTE
                + "request_headers_to_add[1].value: a value with a line break (expected: one line)",
            ROUTE
                + "request_headers_to_remove[0]: :path (expected: neither host nor a pseudo header;"
                + " use a rewrite)",
            ROUTE
                + "response_headers_to_remove[0]: host (expected: neither host nor a pseudo header;"
                + " use a rewrite)");
  }

  @Test
  void noMoreOperationsThanCanBeRememberedDependOnWhatIsThere() {
    List<HeaderValue> values = new ArrayList<>();
    for (int i = 0; i < 33; i++) {
      values.add(new HeaderValue("x-" + i, "", Mode.ADD_IF_ABSENT));
    }
    HeaderMutations mutations = new HeaderMutations(List.of(), List.of(), values, List.of());

    assertThat(problems(new Forwards().headers(mutations, HeaderMutations.NONE).build()))
        .containsExactly(
            ROUTE
                + "route.weighted_clusters.clusters[0].headers_to_add: 33 conditional operations"
                + " (expected: <= 32)");
  }

  @Test
  void faultsRetriesAndAnswersAreInRange() {
    assertThat(
            problems(
                new Forwards()
                    .fault(new FaultConfig(-1, 1_000_001, 99, 17, -1, List.of()))
                    .retry(
                        new RetryConfig(
                            Set.of(Condition.RETRIABLE_STATUS_CODES),
                            Set.of(700),
                            -1,
                            -1,
                            -1,
                            -1,
                            true))
                    .build()))
        .extracting(problem -> problem.substring(ROUTE.length(), problem.indexOf(": ")))
        .containsExactly(
            "fault.delay.fixed_delay",
            "fault.delay.percentage",
            "fault.abort.percentage",
            "fault.abort.http_status",
            "fault.abort.grpc_status",
            "route.retry_policy.num_retries",
            "route.retry_policy.per_try_timeout",
            "route.retry_policy.retry_back_off.base_interval",
            "route.retry_policy.retry_back_off.max_interval",
            "route.retry_policy.retriable_status_codes");
    assertThat(
            problems(
                Mesh.route(Mesh.prefix("/"), new Redirect(200, null, null, 0, null, null, false))))
        .hasSize(1);
    assertThat(problems(Mesh.route(Mesh.prefix("/"), new DirectResponse(100, "")))).hasSize(1);
  }

  @Test
  void domainsAreHostsInOneVirtualHostOnly() {
    RouteConfiguration routes =
        new RouteConfiguration(
            "r",
            List.of(
                new VirtualHostConfig("a", List.of("x", "a*b", "*.*"), List.of()),
                new VirtualHostConfig("b", List.of("x", ""), List.of())));

    assertThat(Engine.validate(routes))
        .containsExactly(
            "virtual_hosts[0].domains[1]: 'a*b' (expected: a host or *suffix or prefix*)",
            "virtual_hosts[0].domains[2]: '*.*' (expected: a host or *suffix or prefix*)",
            "virtual_hosts[1].domains[0]: x (expected: in one virtual host only, but it is in a)",
            "virtual_hosts[1].domains[1]: '' (expected: a host or *suffix or prefix*)");
  }

  @Test
  void clustersAreInRange() {
    ClusterConfig cluster =
        new ClusterConfig(
            "",
            Discovery.ENDPOINTS,
            List.of(new EndpointConfig("orders", 0, 0, -1, "", -1, true, "", Map.of())),
            LoadBalancing.RANDOM,
            0,
            new CircuitBreakers(-1, -1, -1, -1),
            new OutlierDetection(-1, -1, -1, -1, -1, 101, -1),
            "",
            "");

    assertThat(Engine.validate(cluster))
        .hasSize(17)
        .contains("endpoints[0].address: orders (expected: an IP address)")
        .contains("outlier_detection.max_ejection_percent: 101 (expected: 0 to 100)");
  }

  @Test
  void anInvalidConfigurationIsNotAppliedAtAll() {
    EngineFixture fixture = new Forwards().fixture();
    Snapshot before = fixture.engine.current();
    RouteMatch match = new RouteMatch(new PathMatch(Kind.REGEX, "(", true), List.of(), List.of());

    assertThatThrownBy(
            () ->
                fixture.engine.apply(
                    new Mesh().host("x", new Forwards().match(match).build()).build()))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(fixture.engine.current()).isSameAs(before);
  }

  private static RouteConfig regexRewrite(String regex, String substitution) {
    return new Forwards().rewrite(new Rewrite(null, regex, substitution, null, null)).build();
  }

  private static List<String> problems(RouteConfig route) {
    return Engine.validate(
        new RouteConfiguration(
            "r", List.of(new VirtualHostConfig("orders", List.of("orders"), List.of(route)))));
  }
}
