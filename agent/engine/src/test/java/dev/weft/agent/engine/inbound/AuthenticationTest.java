/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import static dev.weft.agent.engine.inbound.Guarded.PEER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.engine.authentication.TokenFailure;
import dev.weft.agent.engine.authentication.TokenVerifier;
import dev.weft.agent.engine.authentication.TokenVerifier.Verdict;
import dev.weft.agent.engine.config.JwtFilter;
import dev.weft.agent.engine.config.JwtFilter.Requirement;
import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.RbacFilter.Action;
import dev.weft.agent.engine.config.RouteMatch.PathMatch;
import dev.weft.agent.engine.config.RouteMatch.PathMatch.Kind;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.seam.HeaderWriter;
import dev.weft.agent.seam.InboundCall;
import dev.weft.agent.seam.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which tokens requests have to show, where, and what becomes of them. */
class AuthenticationTest {
  private static final Requirement.Of ONE = new Requirement.Of("one", List.of());
  private static final Requirement.Of TWO = new Requirement.Of("two", List.of());
  private static final Requirement ONE_OR_NONE =
      new Requirement.OneOf(List.of(ONE, new Requirement.AllowMissing()));

  /** Takes a token that is its issuer's name; says why of any other. */
  private static final TokenVerifier.Factory VERIFIERS =
      provider ->
          token ->
              token.equals(provider.issuer())
                  ? new Verdict.Good(
                      Map.of("iss", token, "groups", List.of("admin")),
                      List.of("orders"),
                      List.of(Map.entry("x-subject", "alice")))
                  : new Verdict.Bad(
                      token.equals("old") ? TokenFailure.EXPIRED : TokenFailure.UNKNOWN_ISSUER);

  @Test
  void aRequestWithoutATokenIsLetInUnlessAPolicyAsksForOne() {
    Guarded guarded = guarded(ONE_OR_NONE, List.of());
    Guarded asking = new Guarded(VERIFIERS, filter(ONE_OR_NONE, List.of()), claims("iss", "one"));

    assertThat(guarded.status(Incoming.get("/"))).isZero();
    assertThat(asking.status(Incoming.get("/"))).isEqualTo(403);
    assertThat(asking.status(bearing("one"))).isZero();
  }

  @Test
  void aBadTokenIsRefusedWithEnvoysReply() {
    Guarded guarded = guarded(ONE_OR_NONE, List.of());

    Reply reply = Objects.requireNonNull(guarded.begin(bearing("old"), PEER).reply());

    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.grpcStatus()).isEqualTo(16);
    assertThat(reply.body()).isEqualTo("Jwt is expired");
    assertThat(reply.headers())
        .contains(
            Map.entry(
                "www-authenticate",
                "Bearer realm=\"http://orders.shop/a\", error=\"invalid_token\""));
    assertThat(guarded.told).containsExactly("UNAUTHENTICATED one Jwt is expired");
  }

  @Test
  void aMissingTokenThatIsRequiredIsRefused() {
    Guarded guarded = guarded(ONE, List.of());

    Reply reply = Objects.requireNonNull(guarded.begin(Incoming.get("/a\"b"), PEER).reply());

    assertThat(reply.body()).isEqualTo("Jwt is missing");
    assertThat(reply.headers())
        .contains(Map.entry("www-authenticate", "Bearer realm=\"http://orders.shop/ab\""));
  }

  @Test
  void ofTwoIssuersOneWillDo() {
    Requirement either =
        new Requirement.OneOf(
            List.of(
                ONE,
                TWO,
                new Requirement.All(
                    List.of(
                        ONE_OR_NONE,
                        new Requirement.OneOf(List.of(TWO, new Requirement.AllowMissing()))))));
    Guarded guarded = guarded(either, List.of());

    assertThat(guarded.status(bearing("one"))).isZero();
    assertThat(guarded.status(bearing("two"))).isZero();
    assertThat(guarded.status(Incoming.get("/"))).isZero();
    assertThat(guarded.begin(bearing("old"), PEER).reply())
        .extracting(Reply::body)
        .isEqualTo("Jwt is expired");
    assertThat(guarded.status(bearing("three"))).isEqualTo(401);
  }

  @Test
  void aTokenForOthersIsForbidden() {
    assertThat(guarded(ONE_OR_NONE, List.of("stock")).status(bearing("one"))).isEqualTo(403);
    assertThat(guarded(ONE_OR_NONE, List.of("orders")).status(bearing("one"))).isZero();
  }

  @Test
  void aTokenIsFoundInEachOfItsPlaces() {
    Guarded guarded = guarded(ONE, List.of());

    assertThat(guarded.status(Incoming.get("/a?x=1&token=one"))).isZero();
    assertThat(guarded.status(Incoming.get("/a").with("cookie", "a=b; session=one"))).isZero();
    assertThat(guarded.status(Incoming.get("/a").with("authorization", "bearer one"))).isZero();
    assertThat(guarded.status(Incoming.get("/a").with("authorization", "Basic one")))
        .isEqualTo(401);
  }

  @Test
  void aPreflightNeedsNoToken() {
    Incoming preflight =
        Incoming.get("/")
            .method("OPTIONS")
            .with("origin", "https://a")
            .with("access-control-request-method", "GET");

    assertThat(guarded(ONE, List.of()).status(preflight)).isZero();
    assertThat(guarded(ONE, List.of()).status(Incoming.get("/").method("OPTIONS"))).isEqualTo(401);
  }

  @Test
  void theApplicationSeesWhatTheTokenSaysAndNotTheTokenNorWhatCallersMadeUp() {
    Guarded guarded = guarded(ONE_OR_NONE, List.of());

    assertThat(seen(guarded, bearing("one").with("x-subject", "root")))
        .doesNotContainKey("authorization")
        .containsEntry("x-subject", "alice");
    assertThat(seen(guarded, Incoming.get("/").with("x-subject", "root")))
        .doesNotContainKey("x-subject");
  }

  @Test
  void aRequestWhoseHeadersCannotBeChangedIsRefused() {
    Guarded guarded = guarded(ONE_OR_NONE, List.of());

    assertThat(guarded.status(Incoming.get("/").with("x-fixed", "yes"))).isEqualTo(403);
    assertThat(guarded.told).containsExactly("DENIED headers_cannot_be_changed");
  }

  private static Map<String, String> seen(Guarded guarded, Incoming request) {
    InboundCall call = guarded.begin(request, PEER);
    Map<String, String> headers = new LinkedHashMap<>(request.headers());
    assertThat(call.reply()).isNull();
    assertThat(call.changesRequest()).isTrue();
    call.mutateRequest(headers, new MapWriter());
    return headers;
  }

  private static Incoming bearing(String token) {
    return Incoming.get("/a").with("authorization", "Bearer " + token);
  }

  private static Guarded guarded(Requirement requirement, List<String> audiences) {
    return new Guarded(VERIFIERS, filter(requirement, audiences));
  }

  private static dev.weft.agent.engine.config.RbacFilter claims(String claim, String value) {
    return Guarded.filter(
        Action.ALLOW,
        new RbacCondition.Claim(List.of("groups"), null, new StringMatch.Exact("admin", false)),
        new RbacCondition.Claim(List.of(claim), new StringMatch.Exact(value, false), null));
  }

  private static JwtFilter filter(Requirement requirement, List<String> audiences) {
    return new JwtFilter(
        Map.of("one", provider("one", audiences), "two", provider("two", audiences)),
        List.of(new JwtFilter.Rule(new PathMatch(Kind.PREFIX, "/", true), requirement)),
        true);
  }

  private static JwtFilter.Provider provider(String issuer, List<String> audiences) {
    return new JwtFilter.Provider(
        issuer,
        audiences,
        new JwtFilter.Keys.Inline("{}"),
        List.of(new JwtFilter.TokenHeader("authorization", "Bearer ")),
        List.of("token"),
        List.of("session"),
        false,
        new JwtFilter.Output("", List.of(Map.entry("x-subject", "sub"))),
        List.of(),
        60);
  }

  private static final class MapWriter implements HeaderWriter<Map<String, String>> {
    @Override
    public void set(Map<String, String> headers, String name, String value) {
      headers.put(name, value);
    }

    @Override
    public void add(Map<String, String> headers, String name, String value) {
      headers.merge(name, value, (a, b) -> a + "," + b);
    }

    @Override
    public void remove(Map<String, String> headers, String name) {
      headers.remove(name);
    }
  }
}
