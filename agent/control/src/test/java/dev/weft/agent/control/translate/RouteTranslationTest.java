/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.HeaderMutations.HeaderValue;
import dev.weft.agent.engine.config.HeaderMutations.Mode;
import dev.weft.agent.engine.config.HeaderTemplate;
import dev.weft.agent.engine.config.RetryConfig;
import dev.weft.agent.engine.config.RetryConfig.Condition;
import dev.weft.agent.engine.config.RouteAction.DirectResponse;
import dev.weft.agent.engine.config.RouteAction.Forward;
import dev.weft.agent.engine.config.RouteAction.HashPolicy;
import dev.weft.agent.engine.config.RouteAction.Mirror;
import dev.weft.agent.engine.config.RouteAction.Redirect;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteAction.WeightedCluster;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.VirtualHostConfig;
import dev.weft.protocol.lite.envoy.config.core.v3.DataSource;
import dev.weft.protocol.lite.envoy.config.core.v3.HeaderValueOption;
import dev.weft.protocol.lite.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import dev.weft.protocol.lite.envoy.config.core.v3.RuntimeFractionalPercent;
import dev.weft.protocol.lite.envoy.config.route.v3.DirectResponseAction;
import dev.weft.protocol.lite.envoy.config.route.v3.FilterAction;
import dev.weft.protocol.lite.envoy.config.route.v3.RedirectAction;
import dev.weft.protocol.lite.envoy.config.route.v3.RetryPolicy;
import dev.weft.protocol.lite.envoy.config.route.v3.Route;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteAction;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteConfiguration;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch;
import dev.weft.protocol.lite.envoy.config.route.v3.VirtualHost;
import dev.weft.protocol.lite.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import dev.weft.protocol.lite.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import dev.weft.protocol.lite.envoy.type.matcher.v3.RegexMatcher;
import dev.weft.protocol.lite.envoy.type.v3.FractionalPercent;
import dev.weft.protocol.lite.envoy.type.v3.FractionalPercent.DenominatorType;
import dev.weft.protocol.lite.protobuf.BoolValue;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a route does. */
class RouteTranslationTest {
  @Test
  void domainsAreLowerCase() {
    VirtualHostConfig host = Pushed.host(Xds.routes(80, Xds.routeTo("a")).build());

    assertThat(host.name()).isEqualTo("orders:80");
    assertThat(host.domains()).containsExactly("orders");
  }

  @Test
  void aClusterIsTheOnlyDestinationAndTheTimeoutIsFifteenSeconds() {
    Forward forward = forward(action -> action.setCluster("a"));

    assertThat(forward)
        .isEqualTo(
            new Forward(
                List.of(new WeightedCluster("a", 1, HeaderMutations.NONE, null)),
                Rewrite.NONE,
                15_000_000_000L,
                RetryConfig.NONE,
                List.of(),
                List.of()));
  }

  @Test
  void aTimeoutOfZeroIsNone() {
    assertThat(forward(action -> action.setCluster("a").setTimeout(Xds.millis(0))).timeoutNanos())
        .isZero();
  }

  @Test
  void weightsAreKeptWithTheirHeadersAndAuthority() {
    Forward forward =
        forward(
            action ->
                action.setWeightedClusters(
                    dev.weft.protocol.lite.envoy.config.route.v3.WeightedCluster.newBuilder()
                        .addClusters(weight("a", 90))
                        .addClusters(
                            weight("b", 10)
                                .setHostRewriteLiteral("b.example")
                                .addRequestHeadersToAdd(header("X-To", "b")))));

    assertThat(forward.clusters())
        .containsExactly(
            new WeightedCluster("a", 90, HeaderMutations.NONE, null),
            new WeightedCluster(
                "b",
                10,
                new HeaderMutations(
                    List.of(new HeaderValue("x-to", "b", Mode.APPEND_IF_EXISTS_OR_ADD)),
                    List.of(),
                    List.of(),
                    List.of()),
                "b.example"));
  }

  @Test
  void weightsMayBeAsLargeAsTheirType() {
    Forward forward =
        forward(
            action ->
                action.setWeightedClusters(
                    dev.weft.protocol.lite.envoy.config.route.v3.WeightedCluster.newBuilder()
                        .addClusters(weight("a", -1))));

    assertThat(forward.clusters().get(0).weight()).isEqualTo(4_294_967_295L);
  }

  @Test
  void readsRewrites() {
    assertThat(
            forward(
                    action ->
                        action
                            .setCluster("a")
                            .setPrefixRewrite("/v2")
                            .setHostRewriteLiteral("other"))
                .rewrite())
        .isEqualTo(new Rewrite("/v2", null, null, null, "other"));
    assertThat(
            forward(
                    action ->
                        action
                            .setCluster("a")
                            .setRegexRewrite(
                                RegexMatchAndSubstitute.newBuilder()
                                    .setPattern(RegexMatcher.newBuilder().setRegex("/(\\w+)"))
                                    .setSubstitution("/x/\\1")))
                .rewrite())
        .isEqualTo(new Rewrite(null, "/(\\w+)", "/x/\\1", null, null));
  }

  @Test
  void readsRetries() {
    RetryPolicy policy =
        RetryPolicy.newBuilder()
            .setRetryOn("connect-failure, 5xx,retriable-status-codes,unavailable")
            .setNumRetries(Xds.number(3))
            .setPerTryTimeout(Xds.millis(200))
            .addRetriableStatusCodes(503)
            .setRetryBackOff(
                RetryPolicy.RetryBackOff.newBuilder()
                    .setBaseInterval(Xds.millis(100))
                    .setMaxInterval(Xds.millis(500)))
            .addRetryHostPredicate(
                RetryPolicy.RetryHostPredicate.newBuilder()
                    .setName("envoy.retry_host_predicates.previous_hosts"))
            .build();

    assertThat(forward(action -> action.setCluster("a").setRetryPolicy(policy)).retry())
        .isEqualTo(
            new RetryConfig(
                Set.of(
                    Condition.CONNECT_FAILURE,
                    Condition.SERVER_ERROR_5XX,
                    Condition.RETRIABLE_STATUS_CODES,
                    Condition.GRPC_UNAVAILABLE),
                Set.of(503),
                3,
                200_000_000L,
                100_000_000L,
                500_000_000L,
                true));
  }

  @Test
  void retriesOnceByDefaultWithBackOffFromTwentyFiveMilliseconds() {
    RetryPolicy policy = RetryPolicy.newBuilder().setRetryOn("5xx").build();

    assertThat(forward(action -> action.setCluster("a").setRetryPolicy(policy)).retry())
        .isEqualTo(
            new RetryConfig(
                Set.of(Condition.SERVER_ERROR_5XX),
                Set.of(),
                1,
                0,
                25_000_000L,
                250_000_000L,
                false));
  }

  @Test
  void theLongestBackOffIsTenTimesTheShortestByDefault() {
    RetryPolicy policy =
        RetryPolicy.newBuilder()
            .setRetryBackOff(RetryPolicy.RetryBackOff.newBuilder().setBaseInterval(Xds.millis(40)))
            .build();

    assertThat(
            forward(action -> action.setCluster("a").setRetryPolicy(policy))
                .retry()
                .backoffMaxNanos())
        .isEqualTo(400_000_000L);
  }

  @Test
  void aVirtualHostsRetriesHoldForRoutesWithoutTheirOwn() {
    RouteConfiguration.Builder routes = Xds.routes(80, Xds.routeTo("a"));
    routes.setVirtualHosts(
        0,
        routes.getVirtualHosts(0).toBuilder()
            .setRetryPolicy(RetryPolicy.newBuilder().setRetryOn("reset")));

    Forward forward = (Forward) Pushed.host(routes.build()).routes().get(0).action();

    assertThat(forward.retry().on()).containsExactly(Condition.RESET);
  }

  @Test
  void readsMirrorsWithTheirShare() {
    Forward forward =
        forward(
            action ->
                action
                    .setCluster("a")
                    .addRequestMirrorPolicies(
                        RouteAction.RequestMirrorPolicy.newBuilder().setCluster("all"))
                    .addRequestMirrorPolicies(
                        RouteAction.RequestMirrorPolicy.newBuilder()
                            .setCluster("some")
                            .setRuntimeFraction(
                                RuntimeFractionalPercent.newBuilder()
                                    .setDefaultValue(
                                        FractionalPercent.newBuilder()
                                            .setNumerator(5)
                                            .setDenominator(DenominatorType.TEN_THOUSAND)))));

    assertThat(forward.mirrors())
        .containsExactly(new Mirror("all", 1_000_000), new Mirror("some", 500));
  }

  @Test
  void readsHashPolicies() {
    Forward forward =
        forward(
            action -> {
              action.setCluster("a");
              action.addHashPolicy(
                  RouteAction.HashPolicy.newBuilder()
                      .setHeader(
                          RouteAction.HashPolicy.Header.newBuilder().setHeaderName("X-User")));
              action.addHashPolicy(
                  RouteAction.HashPolicy.newBuilder()
                      .setCookie(RouteAction.HashPolicy.Cookie.newBuilder().setName("session")));
              action.addHashPolicy(
                  RouteAction.HashPolicy.newBuilder()
                      .setQueryParameter(
                          RouteAction.HashPolicy.QueryParameter.newBuilder().setName("q")));
              action.addHashPolicy(
                  RouteAction.HashPolicy.newBuilder()
                      .setConnectionProperties(
                          RouteAction.HashPolicy.ConnectionProperties.newBuilder()
                              .setSourceIp(true)));
            });

    assertThat(forward.hashPolicies())
        .containsExactly(
            new HashPolicy.Header("x-user"),
            new HashPolicy.Cookie("session"),
            new HashPolicy.QueryParameter("q"),
            new HashPolicy.SourceIp());
  }

  @Test
  void readsRedirects() {
    Route route =
        any()
            .setRedirect(
                RedirectAction.newBuilder()
                    .setHttpsRedirect(true)
                    .setHostRedirect("other")
                    .setPortRedirect(8443)
                    .setPathRedirect("/new")
                    .setResponseCode(RedirectAction.RedirectResponseCode.PERMANENT_REDIRECT)
                    .setStripQuery(true))
            .build();

    assertThat(translated(route).action())
        .isEqualTo(new Redirect(308, "https", "other", 8443, "/new", null, true));
  }

  @Test
  void readsDirectResponses() {
    Route route =
        any()
            .setDirectResponse(
                DirectResponseAction.newBuilder()
                    .setStatus(502)
                    .setBody(DataSource.newBuilder().setInlineString("no")))
            .build();

    assertThat(translated(route).action()).isEqualTo(new DirectResponse(502, "no"));
  }

  @Test
  void readsHeaderOperationsInAllModes() {
    Route route =
        Xds.routeTo("a").toBuilder()
            .addRequestHeadersToAdd(header("A", "1"))
            .addRequestHeadersToAdd(
                header("B", "2").setAppendAction(HeaderAppendAction.ADD_IF_ABSENT))
            .addRequestHeadersToAdd(
                header("C", "3").setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD))
            .addRequestHeadersToAdd(
                header("D", "4").setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS))
            .addRequestHeadersToRemove("X-Old")
            .addResponseHeadersToAdd(header("E", "100%%"))
            .addResponseHeadersToRemove("Server")
            .build();

    assertThat(translated(route).headers())
        .isEqualTo(
            new HeaderMutations(
                List.of(
                    new HeaderValue("a", "1", Mode.APPEND_IF_EXISTS_OR_ADD),
                    new HeaderValue("b", "2", Mode.ADD_IF_ABSENT),
                    new HeaderValue("c", "3", Mode.OVERWRITE_IF_EXISTS_OR_ADD),
                    new HeaderValue("d", "4", Mode.OVERWRITE_IF_EXISTS)),
                List.of("x-old"),
                List.of(new HeaderValue("e", "100%", Mode.APPEND_IF_EXISTS_OR_ADD)),
                List.of("server")));
  }

  @Test
  @SuppressWarnings("deprecation")
  void readsTheDeprecatedAppend() {
    Route route =
        Xds.routeTo("a").toBuilder()
            .addRequestHeadersToAdd(header("A", "1").setAppend(bool(false)))
            .addRequestHeadersToAdd(header("B", "2").setAppend(bool(true)))
            .build();

    assertThat(translated(route).headers().requestAdd())
        .extracting(HeaderValue::mode)
        .containsExactly(Mode.OVERWRITE_IF_EXISTS_OR_ADD, Mode.APPEND_IF_EXISTS_OR_ADD);
  }

  @Test
  void headersOfOuterLevelsComeAfterTheRoutesAndRemoveWhatItAdds() {
    Route route =
        Xds.routeTo("a").toBuilder()
            .addRequestHeadersToAdd(header("a", "route"))
            .addRequestHeadersToAdd(header("b", "route"))
            .build();
    RouteConfiguration.Builder routes =
        Xds.routes(80, route).addRequestHeadersToAdd(header("c", "all"));
    routes.setVirtualHosts(
        0,
        routes.getVirtualHosts(0).toBuilder()
            .addRequestHeadersToAdd(header("a", "host"))
            .addRequestHeadersToRemove("b"));

    HeaderMutations headers = Pushed.host(routes.build()).routes().get(0).headers();

    assertThat(headers.requestRemove()).containsExactly("b");
    assertThat(headers.requestAdd())
        .extracting(HeaderValue::name, HeaderValue::value)
        .containsExactly(tuple("a", "route"), tuple("a", "host"), tuple("c", "all"));
  }

  @Test
  void aHeaderWithoutAValueIsLeftOutUnlessItIsKept() {
    Route route =
        Xds.routeTo("a").toBuilder()
            .addRequestHeadersToAdd(header("A", ""))
            .addRequestHeadersToAdd(header("B", "").setKeepEmptyValue(true))
            .build();

    assertThat(translated(route).headers().requestAdd())
        .extracting(HeaderValue::name)
        .containsExactly("b");
  }

  @Test
  void valuesOfRequestHeadersAreMadeOfTheRequest() {
    Route route =
        Xds.routeTo("a").toBuilder()
            .addRequestHeadersToAdd(header("A", "%REQ(X-B?:path):20% of 100%%"))
            .build();

    assertThat(translated(route).headers().requestAdd())
        .extracting(HeaderValue::template)
        .containsExactly(
            new HeaderTemplate(
                List.of(
                    new HeaderTemplate.Part.RequestHeader("x-b", ":path", 20),
                    new HeaderTemplate.Part.Text(" of 100%"))));
  }

  @Test
  void whatHasNoEffectIsNoted() {
    Route route =
        Xds.routeTo("a").toBuilder()
            .addRequestHeadersToAdd(header("A", "%PROTOCOL%"))
            .setRoute(
                RouteAction.newBuilder()
                    .setCluster("a")
                    .setAutoHostRewrite(bool(true))
                    .setRetryPolicy(RetryPolicy.newBuilder().setRetryOn("5xx,envoy-ratelimited")))
            .build();

    Pushed pushed = Pushed.of(Xds.routes(80, route).build());

    assertThat(pushed.problem().state()).isEqualTo(ResourceProblem.State.PARTLY_IGNORED);
    assertThat(pushed.problem().reason())
        .contains(
            "virtual_hosts[0].routes[0].route.auto_host_rewrite: ignored",
            "retry_policy.retry_on: envoy-ratelimited: ignored",
            "request_headers_to_add[0].header.value: the command in %PROTOCOL%: ignored");
  }

  @ParameterizedTest
  @MethodSource("badRoutes")
  void aBadValueIsNamedWithItsField(Route route, String reason) {
    Pushed pushed = Pushed.of(Xds.routes(80, route).build());

    assertThat(pushed.problem().state()).isEqualTo(ResourceProblem.State.REFUSED);
    assertThat(pushed.problem().reason()).isEqualTo("virtual_hosts[0].routes[0]" + reason);
  }

  static Stream<Arguments> badRoutes() {
    return Stream.of(
        argumentSet(
            ".no cluster",
            any().setRoute(RouteAction.getDefaultInstance()).build(),
            ".route: no cluster (expected: cluster or weighted_clusters)"),
        argumentSet(
            ".weights of nothing",
            route(
                action ->
                    action.setWeightedClusters(
                        dev.weft.protocol.lite.envoy.config.route.v3.WeightedCluster.newBuilder()
                            .addClusters(weight("a", 0)))),
            ".route.weighted_clusters: weights' sum 0 (expected: 1 to 4294967295)"),
        argumentSet(
            ".weight unset",
            route(
                action ->
                    action.setWeightedClusters(
                        dev.weft.protocol.lite.envoy.config.route.v3.WeightedCluster.newBuilder()
                            .addClusters(ClusterWeight.newBuilder().setName("a")))),
            ".route.weighted_clusters.clusters[0].weight: unset (expected: a weight)"),
        argumentSet(
            ".cluster by header",
            route(action -> action.setClusterHeader("x")),
            ".route.cluster_header: not supported by this agent"),
        argumentSet(
            ".negative timeout",
            route(action -> action.setCluster("a").setTimeout(Xds.millis(-1000))),
            ".route.timeout: -1s 0ns (expected: a duration of 0 or more)"),
        argumentSet(
            ".status of retries",
            route(
                action ->
                    action
                        .setCluster("a")
                        .setRetryPolicy(RetryPolicy.newBuilder().addRetriableStatusCodes(42))),
            ".route.retry_policy.retriable_status_codes[0]: 42 (expected: 100 to 599)"),
        argumentSet(
            ".status of a direct response",
            any().setDirectResponse(DirectResponseAction.newBuilder().setStatus(99)).build(),
            ".direct_response.status: 99 (expected: 200 to 599)"),
        argumentSet(
            ".body from a file",
            any()
                .setDirectResponse(
                    DirectResponseAction.newBuilder()
                        .setStatus(200)
                        .setBody(DataSource.newBuilder().setFilename("/etc/passwd")))
                .build(),
            ".direct_response.body.filename: not supported by this agent"),
        argumentSet(
            ".mode of a header",
            Xds.routeTo("a").toBuilder()
                .addRequestHeadersToAdd(header("A", "1").setAppendActionValue(7))
                .build(),
            ".request_headers_to_add[0].append_action: 7 (expected: a HeaderAppendAction, 0 to 3)"),
        argumentSet(
            ".redirect code",
            any().setRedirect(RedirectAction.newBuilder().setResponseCodeValue(9)).build(),
            ".redirect.response_code: 9 (expected: a RedirectResponseCode, 0 to 4)"),
        argumentSet(
            ".filter action",
            any().setFilterAction(FilterAction.getDefaultInstance()).build(),
            ".filter_action: not supported by this agent"),
        argumentSet(
            ": no action",
            any().build(),
            ": no action (expected: route, redirect or direct_response)"));
  }

  @Test
  void whatTheEngineWouldRefuseIsTheResourcesFault() {
    Route route =
        route(
            action ->
                action
                    .setCluster("a")
                    .setRegexRewrite(
                        RegexMatchAndSubstitute.newBuilder()
                            .setPattern(RegexMatcher.newBuilder().setRegex("/a"))
                            .setSubstitution("\\7")));

    assertThat(Pushed.of(Xds.routes(80, route).build()).problem().reason())
        .isEqualTo(
            "virtual_hosts[0].routes[0].route.regex_rewrite.substitution: \\7 (expected: at most"
                + " group 0)");
  }

  @Test
  void aDomainInTwoVirtualHostsIsBad() {
    RouteConfiguration routes =
        Xds.routes(80, Xds.routeTo("a"))
            .addVirtualHosts(VirtualHost.newBuilder().setName("other").addDomains("ORDERS"))
            .build();

    assertThat(Pushed.of(routes).problem().reason())
        .isEqualTo(
            "virtual_hosts[1].domains: ORDERS (expected: a domain that no virtual host has yet);"
                + " answered with 503: other; all other hosts as pushed");
  }

  private static Route.Builder any() {
    return Route.newBuilder().setMatch(RouteMatch.newBuilder().setPrefix("/"));
  }

  private static Route route(Consumer<RouteAction.Builder> change) {
    RouteAction.Builder action = RouteAction.newBuilder();
    change.accept(action);
    return any().setRoute(action).build();
  }

  private static Forward forward(Consumer<RouteAction.Builder> change) {
    return (Forward) translated(route(change)).action();
  }

  private static RouteConfig translated(Route route) {
    return Pushed.host(Xds.routes(80, route).build()).routes().get(0);
  }

  private static ClusterWeight.Builder weight(String name, int weight) {
    return ClusterWeight.newBuilder().setName(name).setWeight(Xds.number(weight));
  }

  private static HeaderValueOption.Builder header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(
            dev.weft.protocol.lite.envoy.config.core.v3.HeaderValue.newBuilder()
                .setKey(name)
                .setValue(value));
  }

  private static BoolValue bool(boolean value) {
    return BoolValue.newBuilder().setValue(value).build();
  }
}
