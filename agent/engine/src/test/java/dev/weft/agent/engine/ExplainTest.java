/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.Mesh.PORT;
import static dev.weft.agent.engine.Mesh.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.agent.engine.Explanation.ClusterShare;
import dev.weft.agent.engine.Explanation.Outcome;
import dev.weft.agent.engine.Explanation.RouteStep;
import dev.weft.agent.engine.config.FaultConfig;
import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RetryConfig.Condition;
import dev.weft.agent.engine.config.RouteAction.Forward;
import dev.weft.agent.engine.config.RouteAction.Redirect;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteAction.WeightedCluster;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.StringMatch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExplainTest {
  @Test
  void aForwardedRequestIsExplainedDownToItsEndpoints() {
    RouteMatch testers =
        new RouteMatch(
            Mesh.prefix("/api").path(),
            List.of(new HeaderMatch("x-user", new StringMatch.Exact("t", false), false, false)),
            List.of());
    Forward split =
        new Forward(
            List.of(
                new WeightedCluster("orders", 3, HeaderMutations.NONE, null),
                new WeightedCluster("gone", 1, HeaderMutations.NONE, null)),
            Rewrite.NONE,
            0,
            RetryConfig.NONE,
            List.of(),
            List.of());
    EngineFixture fixture =
        new EngineFixture(
            new Mesh()
                .host(
                    PORT,
                    List.of("orders.shop", "orders"),
                    new Forwards().name("testers").match(testers).build(),
                    new RouteConfig("all", Mesh.prefix("/"), split, HeaderMutations.NONE, null))
                .cluster("orders", 2));

    Explanation explanation =
        fixture.engine.explain("GET", "ORDERS", PORT, "/api/1", Map.of("x-user", "u"));

    assertThat(explanation.outcome()).isEqualTo(Outcome.FORWARD);
    assertThat(explanation.virtualHost()).isEqualTo("orders.shop");
    assertThat(explanation.domain()).isEqualTo("orders");
    assertThat(explanation.route()).isEqualTo("all");
    assertThat(explanation.reasons())
        .containsExactly(
            "listener 0.0.0.0_8080 is for port 8080",
            "virtual host orders.shop lists ORDERS by domain orders",
            "route 0 testers does not match: header x-user: \"u\" (expected: exactly \"t\")",
            "route 1 all matches: path prefix /",
            "the route forwards");
    assertThat(explanation.routes())
        .containsExactly(
            new RouteStep(
                0,
                "testers",
                "path prefix /api, header x-user exactly \"t\"",
                "header x-user: \"u\" (expected: exactly \"t\")"),
            new RouteStep(1, "all", "path prefix /", ""));
    assertThat(explanation.clusters())
        .extracting(ClusterShare::cluster, ClusterShare::percent, ClusterShare::exists)
        .containsExactly(tuple("orders", 75.0, true), tuple("gone", 25.0, false));
    assertThat(explanation.clusters().get(0).endpoints())
        .extracting("address", "health")
        .contains(tuple("10.0.0.1:9000", "healthy"));
    assertThat(fixture.cluster("orders").activeRequests()).isZero();
  }

  @Test
  void whatElseIsDoneIsListed() {
    EngineFixture fixture =
        new Forwards()
            .fault(new FaultConfig(2_000_000, 500_000, 503, -1, 10_000, List.of()))
            .timeout(Duration.ofSeconds(2))
            .retry(
                new RetryConfig(
                    Set.of(Condition.RESET, Condition.CONNECT_FAILURE),
                    Set.of(),
                    2,
                    300_000_000,
                    0,
                    0,
                    true))
            .rewrite(new Rewrite("/v2/", null, null, null, null))
            .fixture();

    Explanation explanation = fixture.engine.explain("GET", "orders", PORT, "/a?b", Map.of());

    assertThat(explanation.effects())
        .containsExactly(
            "fault: delay 2 ms for 50.0 %, abort 503 for 1.0 %",
            "timeout: 2000 ms",
            "retry: 2 more on connect-failure, reset, each try 300 ms",
            "path: /v2/a?b");
  }

  @Test
  void whatTheMeshAnswersIsExplained() {
    EngineFixture fixture =
        new EngineFixture(
            new Mesh()
                .host("orders", Mesh.route(Mesh.prefix("/a"), Mesh.forward("orders")))
                .host(
                    "old",
                    Mesh.route(
                        Mesh.prefix("/"), new Redirect(302, null, "new", 80, null, null, false)))
                .registryOnly());

    assertThat(fixture.engine.explain("GET", "orders", PORT, "/b", Map.of()).reply())
        .isEqualTo("404 NR");
    assertThat(fixture.engine.explain("GET", "old", PORT, "/b", Map.of()))
        .satisfies(
            old -> assertThat(old.reply()).isEqualTo("302"),
            old -> assertThat(old.effects()).containsExactly("location: http://new/b"));
    assertThat(fixture.engine.explain("GET", "else", PORT, "/", Map.of()).reply())
        .isEqualTo("502 NR");
    assertThat(fixture.engine.explain("GET", "10.0.0.1", PORT, "/", Map.of()).outcome())
        .isEqualTo(Outcome.UNMANAGED);
  }

  @Test
  void whatIsLeftAloneIsExplained() {
    EngineFixture fixture =
        new EngineFixture(
            new Mesh().host("dns", to("dns")).cluster(Mesh.originalDestination("dns")));

    assertThat(fixture.engine.explain("GET", "else", PORT, "/", Map.of()).reasons())
        .endsWith("no virtual host lists else", "the outbound policy is ALLOW_ANY");
    assertThat(fixture.engine.explain("GET", "dns", 1, "/", Map.of()).reasons())
        .startsWith("no listener is for port 1");
    assertThat(fixture.engine.explain("GET", "dns", PORT, "/", Map.of()).outcome())
        .isEqualTo(Outcome.UNMANAGED);
  }
}
