/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch.Kind;
import dev.weft.agent.engine.config.RouteMatch.QueryParameterMatch;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.protocol.lite.envoy.config.core.v3.RuntimeFractionalPercent;
import dev.weft.protocol.lite.envoy.config.route.v3.HeaderMatcher;
import dev.weft.protocol.lite.envoy.config.route.v3.QueryParameterMatcher;
import dev.weft.protocol.lite.envoy.config.route.v3.Route;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch;
import dev.weft.protocol.lite.envoy.type.matcher.v3.RegexMatcher;
import dev.weft.protocol.lite.envoy.type.matcher.v3.StringMatcher;
import dev.weft.protocol.lite.envoy.type.v3.Int64Range;
import dev.weft.protocol.lite.protobuf.BoolValue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** When a route applies. */
class MatchTranslationTest {
  @ParameterizedTest
  @MethodSource("paths")
  void readsPaths(RouteMatch match, PathMatch expected) {
    assertThat(translated(match).path()).isEqualTo(expected);
  }

  static Stream<Arguments> paths() {
    return Stream.of(
        argumentSet(
            "prefix, where case counts unless it is said",
            RouteMatch.newBuilder().setPrefix("/A").build(),
            new PathMatch(Kind.PREFIX, "/A", true)),
        argumentSet(
            "case does not count",
            RouteMatch.newBuilder()
                .setPath("/A")
                .setCaseSensitive(BoolValue.getDefaultInstance())
                .build(),
            new PathMatch(Kind.EXACT, "/A", false)),
        argumentSet(
            "separated prefix",
            RouteMatch.newBuilder().setPathSeparatedPrefix("/a/b").build(),
            new PathMatch(Kind.PATH_SEPARATED_PREFIX, "/a/b", true)),
        argumentSet(
            "regex",
            RouteMatch.newBuilder().setSafeRegex(regex("/v\\d+/.*")).build(),
            new PathMatch(Kind.REGEX, "/v\\d+/.*", true)));
  }

  @ParameterizedTest
  @MethodSource("headers")
  void readsHeaders(HeaderMatcher matcher, HeaderMatch expected) {
    assertThat(translated(prefix().addHeaders(matcher).build()).headers())
        .containsExactly(expected);
  }

  @SuppressWarnings("deprecation")
  static Stream<Arguments> headers() {
    return Stream.of(
        argumentSet(
            "string",
            header()
                .setStringMatch(StringMatcher.newBuilder().setPrefix("a").setIgnoreCase(true))
                .build(),
            plain(new StringMatch.Prefix("a", true))),
        argumentSet(
            "suffix",
            header().setStringMatch(StringMatcher.newBuilder().setSuffix("a")).build(),
            plain(new StringMatch.Suffix("a", false))),
        argumentSet(
            "contains",
            header().setStringMatch(StringMatcher.newBuilder().setContains("a")).build(),
            plain(new StringMatch.Contains("a", false))),
        argumentSet(
            "regex",
            header().setStringMatch(StringMatcher.newBuilder().setSafeRegex(regex("a+"))).build(),
            plain(new StringMatch.Regex("a+"))),
        argumentSet(
            "empty exact",
            header().setStringMatch(StringMatcher.newBuilder().setExact("")).build(),
            plain(new StringMatch.Exact("", false))),
        argumentSet(
            "range",
            header().setRangeMatch(Int64Range.newBuilder().setStart(-1).setEnd(10)).build(),
            plain(new StringMatch.Range(-1, 10))),
        argumentSet(
            "present",
            header().setPresentMatch(true).build(),
            plain(new StringMatch.Present(true))),
        argumentSet(
            "absent",
            header().setPresentMatch(false).build(),
            plain(new StringMatch.Present(false))),
        argumentSet(
            "nothing said: present", header().build(), plain(new StringMatch.Present(true))),
        argumentSet(
            "inverted and empty if missing",
            header()
                .setExactMatch("a")
                .setInvertMatch(true)
                .setTreatMissingHeaderAsEmpty(true)
                .build(),
            new HeaderMatch("x-user", new StringMatch.Exact("a", false), true, true)),
        argumentSet(
            "deprecated prefix",
            header().setPrefixMatch("a").build(),
            plain(new StringMatch.Prefix("a", false))),
        argumentSet(
            "deprecated suffix",
            header().setSuffixMatch("a").build(),
            plain(new StringMatch.Suffix("a", false))),
        argumentSet(
            "deprecated contains",
            header().setContainsMatch("a").build(),
            plain(new StringMatch.Contains("a", false))),
        argumentSet(
            "deprecated regex",
            header().setSafeRegexMatch(regex("a+")).build(),
            plain(new StringMatch.Regex("a+"))));
  }

  @Test
  void readsQueryParameters() {
    RouteMatch match =
        prefix()
            .addQueryParameters(
                QueryParameterMatcher.newBuilder()
                    .setName("a")
                    .setStringMatch(StringMatcher.newBuilder().setExact("1")))
            .addQueryParameters(QueryParameterMatcher.newBuilder().setName("b"))
            .addQueryParameters(
                QueryParameterMatcher.newBuilder().setName("c").setPresentMatch(false))
            .build();

    assertThat(translated(match).queryParameters())
        .containsExactly(
            new QueryParameterMatch("a", new StringMatch.Exact("1", false)),
            new QueryParameterMatch("b", new StringMatch.Present(true)),
            new QueryParameterMatch("c", new StringMatch.Present(false)));
  }

  @Test
  void grpcOnlyMeansItsContentType() {
    RouteMatch match =
        prefix().setGrpc(RouteMatch.GrpcRouteMatchOptions.getDefaultInstance()).build();

    assertThat(translated(match).headers())
        .containsExactly(
            new HeaderMatch(
                "content-type", new StringMatch.Prefix("application/grpc", false), false, false));
  }

  @ParameterizedTest
  @MethodSource("badMatches")
  void aConditionThatCannotBeCheckedIsBad(RouteMatch match, String reason) {
    Pushed pushed = Pushed.of(Xds.routes(80, route(match)).build());

    assertThat(pushed.problem().reason()).startsWith("virtual_hosts[0].routes[0].match" + reason);
  }

  static Stream<Arguments> badMatches() {
    return Stream.of(
        argumentSet(
            "no path",
            RouteMatch.getDefaultInstance(),
            ": no path (expected: prefix, path or another)"),
        argumentSet(
            "not RE2",
            RouteMatch.newBuilder().setSafeRegex(regex("(?=a)")).build(),
            ".safe_regex.regex: (?=a) (expected: an RE2 expression"),
        argumentSet(
            "slash at the end",
            RouteMatch.newBuilder().setPathSeparatedPrefix("/a/").build(),
            ".path_separated_prefix: /a/ (expected: a path"),
        argumentSet(
            "runtime fraction",
            prefix().setRuntimeFraction(RuntimeFractionalPercent.getDefaultInstance()).build(),
            ".runtime_fraction: not supported by this agent"),
        argumentSet(
            "header without a name",
            prefix().addHeaders(HeaderMatcher.newBuilder().setPresentMatch(true)).build(),
            ".headers[0].name: empty (expected: a value)"),
        argumentSet(
            "header with an empty prefix",
            prefix()
                .addHeaders(header().setStringMatch(StringMatcher.newBuilder().setPrefix("")))
                .build(),
            ".headers[0].string_match.prefix: empty (expected: a value)"),
        argumentSet(
            "connect",
            RouteMatch.newBuilder()
                .setConnectMatcher(RouteMatch.ConnectMatcher.getDefaultInstance())
                .build(),
            ".connect_matcher: not supported by this agent"));
  }

  private static dev.weft.agent.engine.config.RouteMatch translated(RouteMatch match) {
    return Pushed.host(Xds.routes(80, route(match)).build()).routes().get(0).match();
  }

  private static Route route(RouteMatch match) {
    return Xds.routeTo("a").toBuilder().setMatch(match).build();
  }

  private static RouteMatch.Builder prefix() {
    return RouteMatch.newBuilder().setPrefix("/");
  }

  private static HeaderMatcher.Builder header() {
    return HeaderMatcher.newBuilder().setName("X-User");
  }

  private static HeaderMatch plain(StringMatch value) {
    return new HeaderMatch("x-user", value, false, false);
  }

  private static RegexMatcher regex(String regex) {
    return RegexMatcher.newBuilder().setRegex(regex).build();
  }
}
