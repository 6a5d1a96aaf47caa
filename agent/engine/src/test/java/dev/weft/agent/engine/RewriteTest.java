/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import static dev.weft.agent.engine.EngineFixture.nextReply;
import static dev.weft.agent.engine.Mesh.PORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.engine.config.HeaderMutations;
import dev.weft.agent.engine.config.HeaderMutations.HeaderValue;
import dev.weft.agent.engine.config.HeaderMutations.Mode;
import dev.weft.agent.engine.config.RouteAction.DirectResponse;
import dev.weft.agent.engine.config.RouteAction.Mirror;
import dev.weft.agent.engine.config.RouteAction.Redirect;
import dev.weft.agent.engine.config.RouteAction.Rewrite;
import dev.weft.agent.engine.config.RouteConfig;
import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch.Kind;
import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Call;
import dev.weft.agent.seam.Reply;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RewriteTest {
  static Stream<Arguments> rewrites() {
    return Stream.of(
        argumentSet("prefix", Kind.PREFIX, "/a/", prefix("/"), "/a/b?c=d", "/b?c=d"),
        argumentSet("prefix, grown", Kind.PREFIX, "/", prefix("/v1/"), "/b", "/v1/b"),
        argumentSet("prefix to nothing", Kind.PREFIX, "/a", prefix(""), "/a?q", "/?q"),
        argumentSet("segments", Kind.PATH_SEPARATED_PREFIX, "/a", prefix("/x"), "/a/b", "/x/b"),
        argumentSet("exact path by prefix", Kind.EXACT, "/a", prefix("/x"), "/a?q", "/x?q"),
        argumentSet("whole", Kind.PREFIX, "/", whole("/x"), "/a/b?c", "/x?c"),
        argumentSet("regex", Kind.PREFIX, "/", regex("/(\\w+)/(\\w+)", "/\\2/\\1"), "/a/b", "/b/a"),
        argumentSet("regex, all", Kind.PREFIX, "/", regex("a", "$1\\\\"), "/aba?a", "/$1\\b$1\\?a"),
        argumentSet("regex, none", Kind.PREFIX, "/", regex("x", "y"), "/a?x", "/a?x"));
  }

  @ParameterizedTest
  @MethodSource("rewrites")
  void pathsAreRewrittenAndKeepTheirQuery(
      Kind kind, String match, Rewrite rewrite, String path, String expected) {
    RouteMatch routeMatch = new RouteMatch(new PathMatch(kind, match, true), List.of(), List.of());
    EngineFixture fixture = new Forwards().match(routeMatch).rewrite(rewrite).fixture();

    Attempt attempt = fixture.attempt(StubRequest.get("orders", PORT, path));

    assertThat(attempt.path()).isEqualTo(expected);
  }

  @Test
  void theDestinationsHostComesBeforeTheRoutes() {
    Rewrite host = new Rewrite(null, null, null, null, "route.example");
    StubRequest request = StubRequest.get("orders", PORT, "/");

    assertThat(new Forwards().rewrite(host).fixture().attempt(request).authority())
        .isEqualTo("route.example");
    assertThat(
            new Forwards()
                .rewrite(host)
                .hostRewrite("own.example")
                .fixture()
                .attempt(request)
                .authority())
        .isEqualTo("own.example");
  }

  static Stream<Arguments> redirects() {
    return Stream.of(
        argumentSet("scheme", redirect("https", null, 0, null, null), "https://orders/a/b?c"),
        argumentSet("host", redirect(null, "new", 0, null, null), "http://new:8080/a/b?c"),
        argumentSet("port", redirect(null, null, 80, null, null), "http://orders/a/b?c"),
        argumentSet(
            "https port", redirect("https", null, 8443, null, null), "https://orders:8443/a/b?c"),
        argumentSet("path", redirect(null, null, 0, "/x", null), "http://orders:8080/x?c"),
        argumentSet(
            "path with query", redirect(null, null, 0, "/x?y", null), "http://orders:8080/x?y"),
        argumentSet("prefix", redirect(null, null, 0, null, "/x"), "http://orders:8080/x/b?c"),
        argumentSet(
            "no query",
            new Redirect(301, null, null, 0, null, null, true),
            "http://orders:8080/a/b"));
  }

  @ParameterizedTest
  @MethodSource("redirects")
  void redirectsNameTheNewPlace(Redirect redirect, String expected) {
    EngineFixture fixture =
        new EngineFixture(new Mesh().host("orders", Mesh.route(Mesh.prefix("/a"), redirect)));

    Reply reply = nextReply(fixture.call(StubRequest.get("orders", PORT, "/a/b?c")));

    assertThat(reply.status()).isEqualTo(301);
    assertThat(reply.headers()).containsExactly(Map.entry("location", expected));
    assertThat(reply.flag()).isEmpty();
  }

  @Test
  void aDirectResponseIsAnsweredWithTheRoutesHeaders() {
    HeaderValue added = new HeaderValue("x-a", "1", Mode.APPEND_IF_EXISTS_OR_ADD);
    RouteConfig route =
        new RouteConfig(
            "",
            Mesh.prefix("/"),
            new DirectResponse(418, "tea"),
            new HeaderMutations(List.of(), List.of(), List.of(added), List.of()),
            null);
    EngineFixture fixture = new EngineFixture(new Mesh().host("orders", route));

    Reply reply = nextReply(fixture.call(StubRequest.get("orders", PORT, "/")));

    assertThat(reply.status()).isEqualTo(418);
    assertThat(reply.body()).isEqualTo("tea");
    assertThat(reply.headers())
        .containsExactly(Map.entry("x-a", "1"), Map.entry("content-type", "text/plain"));
  }

  @Test
  void mirrorsGetTheRequestUnderAShadowsName() {
    EngineFixture fixture =
        new Forwards()
            .rewrite(prefix("/v2"))
            .mirrors(new Mirror("missing", 1_000_000), new Mirror("copy", 1_000_000))
            .fixture(new Mesh().cluster("orders", 1).cluster("copy", 1));
    Attempt attempt = fixture.attempt(StubRequest.get("orders", PORT, "/"));

    Call mirror = Objects.requireNonNull(attempt.mirror());
    Attempt copy = EngineFixture.nextAttempt(mirror);

    assertThat(copy.authority()).isEqualTo("orders-shadow:8080");
    assertThat(copy.path()).isEqualTo("/v2");
    assertThat(copy.mirror()).isNull();
    assertThat(((Observed) copy).isMirror()).isTrue();
    assertThat(((Observed) copy).destination().cluster()).isEqualTo("copy");
  }

  @Test
  void mirrorsTakeTheirShare() {
    EngineFixture fixture =
        new Forwards()
            .mirrors(new Mirror("copy", 250_000))
            .fixture(new Mesh().cluster("orders", 1).cluster("copy", 1));

    int copies = 0;
    for (int i = 0; i < 10_000; i++) {
      Attempt attempt = fixture.attempt(StubRequest.get("orders", PORT, "/"));
      copies += attempt.mirror() == null ? 0 : 1;
    }

    assertThat(copies).isBetween(2300, 2700);
  }

  private static Rewrite prefix(String prefix) {
    return new Rewrite(prefix, null, null, null, null);
  }

  private static Rewrite whole(String path) {
    return new Rewrite(null, null, null, path, null);
  }

  private static Rewrite regex(String regex, String substitution) {
    return new Rewrite(null, regex, substitution, null, null);
  }

  private static Redirect redirect(
      @Nullable String scheme,
      @Nullable String host,
      int port,
      @Nullable String path,
      @Nullable String prefix) {
    return new Redirect(301, scheme, host, port, path, prefix, false);
  }
}
