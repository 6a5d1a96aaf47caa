/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.Mesh.PORT;
import static dev.weft.agent.engine.Mesh.forward;
import static dev.weft.agent.engine.Mesh.prefix;
import static dev.weft.agent.engine.Mesh.route;
import static dev.weft.agent.engine.Mesh.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RouteAction.DirectResponse;
import dev.weft.agent.engine.config.RouteAction.Forward;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteAction.WeightedCluster;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch.Kind;
import dev.weft.agent.engine.config.RouteMatch.QueryParameterMatch;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Reply;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RoutingTest {
  @ParameterizedTest
  @CsvSource({
    "orders.shop, exact",
    "ORDERS.Shop, exact",
    "a.shop, shop",
    "a.b.shop, shop",
    "x-eu.shop, eu",
    ".shop, any",
    "pay.example, pay",
    "pay., any",
    "elsewhere, any",
    "[::1], six",
  })
  void theMostSpecificDomainWins(String host, String expected) {
    EngineFixture fixture =
        new EngineFixture(
            new Mesh()
                .host("*", to("any"))
                .host("*.shop", to("shop"))
                .host("*-eu.shop", to("eu"))
                .host("pay.*", to("pay"))
                .host("[::1]:8080", to("six"))
                .host("orders.shop", to("exact")));

    assertThat(clusterOf(fixture, StubRequest.get(host, PORT, "/"))).isEqualTo(expected);
  }

  @Test
  void aDomainWithThePortOfTheListenerMatchesAndOneWithAnotherPortDoesNot() {
    EngineFixture fixture =
        new EngineFixture(new Mesh().host("orders:8080", to("orders")).host("pay:9090", to("pay")));

    assertThat(clusterOf(fixture, StubRequest.get("orders", PORT, "/"))).isEqualTo("orders");
    assertThat(fixture.begin(StubRequest.get("pay", PORT, "/"))).isNull();
  }

  @Test
  void eachPortHasItsOwnHosts() {
    EngineFixture fixture =
        new EngineFixture(
            new Mesh()
                .host(80, List.of("orders"), to("web"))
                .host(81, List.of("orders"), to("admin")));

    assertThat(clusterOf(fixture, StubRequest.get("orders", 80, "/"))).isEqualTo("web");
    assertThat(clusterOf(fixture, StubRequest.get("orders", 81, "/"))).isEqualTo("admin");
    assertThat(fixture.begin(StubRequest.get("orders", 82, "/"))).isNull();
  }

  @Test
  void withoutASnapshotNothingIsManaged() {
    EngineClock clock = new FakeClock();
    FaultLog faults = new FaultLog(clock, (doing, fault) -> {});
    Engine engine = Engine.create(clock, faults, EngineObserver.NONE);

    assertThat(engine.begin(StubRequest.get("orders", 80, "/"), StubRequest.Reader.INSTANCE))
        .isNull();
    assertThat(engine.current()).isNull();
  }

  @Test
  void registryOnlyAnswers502ForNamesThatNobodyListsAndLeavesAddressesAlone() {
    EngineFixture fixture =
        new EngineFixture(new Mesh().host("orders", to("orders")).registryOnly());

    assertThat(reply(fixture, StubRequest.get("elsewhere", PORT, "/")))
        .satisfies(
            reply -> assertThat(reply.status()).isEqualTo(502),
            reply -> assertThat(reply.flag()).isEqualTo("NR"),
            reply -> assertThat(reply.grpcStatus()).isEqualTo(14));
    assertThat(reply(fixture, StubRequest.get("orders", 99, "/")).status()).isEqualTo(502);
    assertThat(fixture.begin(StubRequest.get("127.0.0.1", PORT, "/"))).isNull();
    assertThat(fixture.begin(StubRequest.get("localhost", PORT, "/"))).isNull();
    assertThat(fixture.begin(StubRequest.get("[fe80::1]", PORT, "/"))).isNull();
    assertThat(reply(fixture, StubRequest.get("deadbeef", PORT, "/")).status()).isEqualTo(502);
  }

  @Test
  void aDomainForAllNamesDoesNotListAddresses() {
    EngineFixture fixture =
        new EngineFixture(
            new Mesh()
                .host(PORT, List.of("*"), route(prefix("/"), new DirectResponse(502, "")))
                .host("10.0.0.1", to("listed")));

    assertThat(reply(fixture, StubRequest.get("elsewhere", PORT, "/")).status()).isEqualTo(502);
    assertThat(fixture.begin(StubRequest.get("127.0.0.1", PORT, "/"))).isNull();
    assertThat(fixture.begin(StubRequest.get("LocalHost", PORT, "/"))).isNull();
    assertThat(clusterOf(fixture, StubRequest.get("10.0.0.1", PORT, "/"))).isEqualTo("listed");
  }

  @Test
  void aHostWithoutAMatchingRouteAnswers404() {
    EngineFixture fixture =
        new EngineFixture(new Mesh().host("orders", route(prefix("/api"), forward("orders"))));

    Reply reply = reply(fixture, StubRequest.get("orders", PORT, "/other"));

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.flag()).isEqualTo("NR");
  }

  @Test
  void anUnknownClusterAnswers503() {
    EngineFixture fixture = new EngineFixture(new Mesh().host("orders", to("missing")));

    Reply reply = reply(fixture, StubRequest.get("orders", PORT, "/"));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.flag()).isEqualTo("NC");
  }

  @Test
  void aClusterWithoutEndpointsAnswers503() {
    EngineFixture fixture =
        new EngineFixture(new Mesh().host("orders", to("orders")).cluster("orders", 0));

    Reply reply = reply(fixture, StubRequest.get("orders", PORT, "/"));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.flag()).isEqualTo("UH");
    assertThat(reply.body()).isEqualTo("no healthy upstream");
    assertThat(fixture.cluster("orders").activeRequests()).isZero();
  }

  @Test
  void aRouteToTheApplicationsOwnDnsAndNothingElseIsUnmanaged() {
    Forward timed =
        new Forward(
            forward("dns").clusters(), Rewrite.NONE, 1, RetryConfig.NONE, List.of(), List.of());
    EngineFixture fixture =
        new EngineFixture(
            new Mesh()
                .host("plain", to("dns"))
                .host("timed", route(prefix("/"), timed))
                .cluster(Mesh.originalDestination("dns")));

    assertThat(fixture.begin(StubRequest.get("plain", PORT, "/"))).isNull();
    var attempt = fixture.attempt(StubRequest.get("timed", PORT, "/"));
    assertThat(attempt.address()).isNull();
    assertThat(attempt.connectionKey()).isEqualTo("timed");
  }

  @Test
  void weightsDivideTheCalls() {
    Forward split =
        new Forward(
            List.of(weighted("v1", 90), weighted("none", 0), weighted("v2", 10)),
            Rewrite.NONE,
            0,
            RetryConfig.NONE,
            List.of(),
            List.of());
    EngineFixture fixture = new EngineFixture(new Mesh().host("orders", route(prefix("/"), split)));

    int toV2 = 0;
    for (int i = 0; i < 10_000; i++) {
      String cluster = clusterOf(fixture, StubRequest.get("orders", PORT, "/"));
      assertThat(cluster).isIn("v1", "v2");
      toV2 += cluster.equals("v2") ? 1 : 0;
    }

    assertThat(toV2).isBetween(900, 1100);
  }

  static Stream<Arguments> paths() {
    return Stream.of(
        argumentSet("exact", Kind.EXACT, "/a", true, "/a", true),
        argumentSet("exact ignores the query", Kind.EXACT, "/a", true, "/a?b=/c", true),
        argumentSet("exact is not a prefix", Kind.EXACT, "/a", true, "/a/", false),
        argumentSet("case counts", Kind.EXACT, "/a", true, "/A", false),
        argumentSet("case does not count", Kind.EXACT, "/a", false, "/A", true),
        argumentSet("prefix", Kind.PREFIX, "/a", true, "/ab", true),
        argumentSet("prefix not in the query", Kind.PREFIX, "/a?", true, "/a?b", false),
        argumentSet("segments", Kind.PATH_SEPARATED_PREFIX, "/a", true, "/a/b", true),
        argumentSet("segments, alone", Kind.PATH_SEPARATED_PREFIX, "/a", true, "/a?x", true),
        argumentSet("segments, cut", Kind.PATH_SEPARATED_PREFIX, "/a", true, "/ab", false),
        argumentSet("segments, case", Kind.PATH_SEPARATED_PREFIX, "/a", false, "/A/b", true),
        argumentSet("regex matches all", Kind.REGEX, "/a[0-9]+", true, "/a12?q", true),
        argumentSet("regex is no search", Kind.REGEX, "/a[0-9]+", true, "/a12/b", false),
        argumentSet("regex literal", Kind.REGEX, "/a", true, "/a", true),
        argumentSet("regex prefix", Kind.REGEX, "/a/.*", true, "/a/b/c", true),
        argumentSet("regex suffix", Kind.REGEX, ".*/c", true, "/a/b/c", true),
        argumentSet("regex middle", Kind.REGEX, ".*/b/.*", true, "/a/b/c", true),
        argumentSet("regex middle, absent", Kind.REGEX, ".*/x/.*", true, "/a/b/c", false),
        argumentSet("regex with an escape", Kind.REGEX, "/a\\.*", true, "/a..", true));
  }

  @ParameterizedTest
  @MethodSource("paths")
  void pathsMatch(Kind kind, String value, boolean caseSensitive, String path, boolean matches) {
    RouteMatch match =
        new RouteMatch(new PathMatch(kind, value, caseSensitive), List.of(), List.of());

    assertThat(matches(match, StubRequest.get("orders", PORT, path))).isEqualTo(matches);
  }

  static Stream<Arguments> headers() {
    return Stream.of(
        argumentSet("exact", new StringMatch.Exact("a", false), false, false, "a", true),
        argumentSet("exact, case", new StringMatch.Exact("a", false), false, false, "A", false),
        argumentSet("exact, any case", new StringMatch.Exact("a", true), false, false, "A", true),
        argumentSet("prefix", new StringMatch.Prefix("a", false), false, false, "ab", true),
        argumentSet("suffix", new StringMatch.Suffix("b", false), false, false, "ab", true),
        argumentSet("contains", new StringMatch.Contains("B", true), false, false, "abc", true),
        argumentSet("contains not", new StringMatch.Contains("x", true), false, false, "ab", false),
        argumentSet("regex", new StringMatch.Regex("a|b"), false, false, "b", true),
        argumentSet("regex, whole", new StringMatch.Regex("a|b"), false, false, "ab", false),
        argumentSet("range", new StringMatch.Range(1, 3), false, false, "2", true),
        argumentSet("range, end", new StringMatch.Range(1, 3), false, false, "3", false),
        argumentSet("range, negative", new StringMatch.Range(-3, 0), false, false, "-3", true),
        argumentSet("range, no number", new StringMatch.Range(0, 3), false, false, "1x", false),
        argumentSet("inverted", new StringMatch.Exact("a", false), true, false, "b", true),
        argumentSet("missing", new StringMatch.Exact("a", false), false, false, null, false),
        argumentSet(
            "inverted missing", new StringMatch.Exact("a", false), true, false, null, false),
        argumentSet("missing is empty", new StringMatch.Exact("", false), false, true, null, true),
        argumentSet(
            "missing empty inv.", new StringMatch.Exact("a", false), true, true, null, true),
        argumentSet("present", new StringMatch.Present(true), false, false, "", true),
        argumentSet("present, missing", new StringMatch.Present(true), false, false, null, false),
        argumentSet("absent", new StringMatch.Present(false), false, false, null, true),
        argumentSet("absent, there", new StringMatch.Present(false), false, false, "x", false),
        argumentSet("not present", new StringMatch.Present(true), true, false, null, true),
        argumentSet("not present, there", new StringMatch.Present(true), true, false, "x", false));
  }

  @ParameterizedTest
  @MethodSource("headers")
  void headersMatch(
      StringMatch value,
      boolean invert,
      boolean treatMissingAsEmpty,
      @Nullable String header,
      boolean matches) {
    RouteMatch match =
        new RouteMatch(
            prefix("/").path(),
            List.of(new HeaderMatch("x-user", value, invert, treatMissingAsEmpty)),
            List.of());
    StubRequest request = StubRequest.get("orders", PORT, "/");

    assertThat(matches(match, header == null ? request : request.with("x-user", header)))
        .isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    ":method, PUT, true",
    ":authority, orders:8080, true",
    ":authority, orders, false",
    ":path, /a?b=c, true",
    ":scheme, http, true",
  })
  void pseudoHeadersMatch(String name, String value, boolean matches) {
    RouteMatch match =
        new RouteMatch(
            prefix("/").path(),
            List.of(new HeaderMatch(name, new StringMatch.Exact(value, false), false, false)),
            List.of());

    assertThat(matches(match, StubRequest.get("orders", PORT, "/a?b=c").method("PUT")))
        .isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "/?v=1, true",
    "/?a=b&v=1&c, true",
    "/?v=1&v=2, true",
    "/?v=2&v=1, false",
    "/?xv=1, false",
    "/?v=11, false",
    "/?v, false",
    "/, false",
    "/v=1, false",
  })
  void theFirstValueOfAQueryParameterMatches(String path, boolean matches) {
    RouteMatch match =
        new RouteMatch(
            prefix("/").path(),
            List.of(),
            List.of(new QueryParameterMatch("v", new StringMatch.Exact("1", false))));

    assertThat(matches(match, StubRequest.get("orders", PORT, path))).isEqualTo(matches);
  }

  @Test
  void theFirstMatchingRouteWins() {
    RouteConfig[] routes = {
      route(prefix("/a/b"), forward("one")),
      route(prefix("/a"), forward("two")),
      route(prefix("/a/b/c"), forward("three")),
    };
    EngineFixture fixture = new EngineFixture(new Mesh().host("orders", routes));

    assertThat(clusterOf(fixture, StubRequest.get("orders", PORT, "/a/b/c"))).isEqualTo("one");
    assertThat(clusterOf(fixture, StubRequest.get("orders", PORT, "/a/c"))).isEqualTo("two");
  }

  private static boolean matches(RouteMatch match, StubRequest request) {
    EngineFixture fixture =
        new EngineFixture(new Mesh().host("orders", route(match, forward("yes")), to("no")));
    return clusterOf(fixture, request).equals("yes");
  }

  /** All clusters are unknown here: which one was meant is seen in the call. */
  private static String clusterOf(EngineFixture fixture, StubRequest request) {
    Call call = fixture.call(request);
    return ((RoutedCall<?>) call).target().clusterName();
  }

  private static Reply reply(EngineFixture fixture, StubRequest request) {
    return EngineFixture.nextReply(fixture.call(request));
  }

  private static WeightedCluster weighted(String cluster, long weight) {
    return new WeightedCluster(cluster, weight, HeaderMutations.NONE, null);
  }
}
