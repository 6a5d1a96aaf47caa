/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import static dev.weft.agent.engine.inbound.Guarded.PEER;
import static dev.weft.agent.engine.inbound.Guarded.filter;
import static dev.weft.agent.engine.inbound.Guarded.path;
import static dev.weft.agent.engine.inbound.Guarded.pathPrefix;
import static dev.weft.agent.engine.inbound.Guarded.rules;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.InboundConfig.MutualTls;
import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.RbacCondition.IpBlock;
import dev.weft.agent.engine.config.RbacFilter;
import dev.weft.agent.engine.config.RbacFilter.Action;
import dev.weft.agent.engine.config.RouteMatch.HeaderMatch;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which requests policies let in. */
class AuthorizationTest {
  private static final RbacCondition ANY = new RbacCondition.Any();
  private static final String FRONT = "spiffe://cluster.local/ns/shop/sa/front";

  @Test
  void whatIsRefusedHasEnvoysReplyAndNamesItsPolicy() {
    Guarded guarded = new Guarded(filter(Action.DENY, path("/admin"), ANY));

    Reply reply = Objects.requireNonNull(guarded.begin(Incoming.get("/admin?x"), PEER).reply());

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.grpcStatus()).isEqualTo(7);
    assertThat(reply.body()).isEqualTo("RBAC: access denied");
    assertThat(guarded.told).containsExactly("DENIED p");
    assertThat(guarded.status(Incoming.get("/other"))).isZero();
  }

  @Test
  void whereSomeAreAllowedOthersAreRefused() {
    Guarded guarded = new Guarded(filter(Action.ALLOW, path("/info"), ANY));

    assertThat(guarded.status(Incoming.get("/info"))).isZero();
    assertThat(guarded.status(Incoming.get("/other"))).isEqualTo(403);
    assertThat(guarded.told).containsExactly("DENIED none");
  }

  @Test
  void anAllowWithoutPoliciesRefusesEverything() {
    Guarded guarded =
        new Guarded(new RbacFilter(new RbacFilter.Rules(Action.ALLOW, List.of()), null));

    assertThat(guarded.status(Incoming.get("/"))).isEqualTo(403);
  }

  @Test
  void denyCountsBeforeAllow() {
    Guarded guarded =
        new Guarded(
            filter(Action.DENY, path("/info"), ANY), filter(Action.ALLOW, pathPrefix("/"), ANY));

    assertThat(guarded.status(Incoming.get("/info"))).isEqualTo(403);
    assertThat(guarded.status(Incoming.get("/other"))).isZero();
  }

  @Test
  void aDryRunAndAnAuditAreToldAndNotEnforced() {
    Guarded guarded =
        new Guarded(
            filter(Action.LOG, path("/"), ANY),
            new RbacFilter(null, rules(Action.DENY, path("/"), ANY)),
            new RbacFilter(null, rules(Action.ALLOW, path("/other"), ANY)));

    assertThat(guarded.status(Incoming.get("/"))).isZero();
    assertThat(guarded.told).containsExactly("AUDITED p", "WOULD_DENY p", "WOULD_DENY none");
  }

  static Stream<Arguments> conditions() {
    Incoming get = Incoming.get("/users/7/orders?from=1");
    Peer front = new Peer(FRONT, "10.0.0.7", "10.1.0.1", 8080, "orders.shop");
    return Stream.of(
        argumentSet("path template", template("/users/*/orders"), get, PEER, true),
        argumentSet("path template to its end", template("/users/**"), get, PEER, true),
        argumentSet("text after two stars", template("/users/**/orders"), get, PEER, true),
        argumentSet("no room for two stars", template("/users/**/7/orders"), get, PEER, false),
        argumentSet("other text after two stars", template("/users/**/order"), get, PEER, false),
        argumentSet(
            "text after two stars over segments",
            template("/*/**/last"),
            Incoming.get("/users/7/orders/last"),
            PEER,
            true),
        argumentSet("a slash after two stars", template("/users/**/"), get, PEER, false),
        argumentSet("another path template", template("/users/*"), get, PEER, false),
        argumentSet(
            "an empty segment",
            template("/users/*/orders"),
            Incoming.get("/users//orders"),
            PEER,
            false),
        argumentSet("method", header(":method", "GET"), get, PEER, true),
        argumentSet("another method", header(":method", "POST"), get, PEER, false),
        argumentSet("host in any case", header(":authority", "ORDERS.shop"), get, PEER, true),
        argumentSet("header", header("x-user", "alice"), get.with("x-user", "alice"), PEER, true),
        argumentSet("no header", header("x-user", "alice"), get, PEER, false),
        argumentSet("port", new RbacCondition.DestinationPort(8080, 8080), get, PEER, true),
        argumentSet("another port", new RbacCondition.DestinationPort(1, 8079), get, PEER, false),
        argumentSet(
            "local address",
            new RbacCondition.DestinationIp(block("10.1.0.0", 16)),
            get,
            PEER,
            true),
        argumentSet(
            "direct address", new RbacCondition.DirectIp(block("10.0.0.0", 29)), get, PEER, true),
        argumentSet(
            "another direct address",
            new RbacCondition.DirectIp(block("10.0.0.8", 29)),
            get,
            PEER,
            false),
        argumentSet(
            "the last forwarded address",
            new RbacCondition.RemoteIp(block("192.0.2.0", 24)),
            get.with("x-forwarded-for", "10.0.0.1, 192.0.2.9"),
            PEER,
            true),
        argumentSet(
            "a forwarded address that is none",
            new RbacCondition.RemoteIp(block("10.0.0.7", 32)),
            get.with("x-forwarded-for", "unknown"),
            PEER,
            true),
        argumentSet(
            "IPv6",
            new RbacCondition.DirectIp(block("2001:db8::", 32)),
            get,
            new Peer(null, "2001:db8::1%eth0", null, 8080, null),
            true),
        argumentSet(
            "IPv4 is not in a block of IPv6",
            new RbacCondition.DirectIp(block("2001:db8::", 32)),
            get,
            PEER,
            false),
        argumentSet("name", name(FRONT), get, front, true),
        argumentSet("any name", new RbacCondition.PeerName(null), get, front, true),
        argumentSet("no name", new RbacCondition.PeerName(null), get, PEER, false),
        argumentSet("not that name", new RbacCondition.Not(name(FRONT)), get, PEER, true),
        argumentSet("server name", serverName("orders.shop"), get, front, true),
        argumentSet("no server name", serverName(""), get, PEER, true),
        argumentSet(
            "a claim without a token",
            new RbacCondition.Claim(List.of("sub"), new StringMatch.Present(true), null),
            get,
            PEER,
            false),
        argumentSet(
            "all of them",
            new RbacCondition.All(List.of(path("/users/7/orders"), ANY)),
            get,
            PEER,
            true),
        argumentSet(
            "one of them",
            new RbacCondition.OneOf(List.of(path("/a"), path("/b"))),
            get,
            PEER,
            false));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("conditions")
  void aConditionMatchesWhatItSays(
      RbacCondition condition, Incoming request, Peer peer, boolean matches) {
    Guarded guarded = new Guarded(filter(Action.ALLOW, condition, ANY));

    assertThat(guarded.status(request, peer)).isEqualTo(matches ? 0 : 403);
  }

  static Stream<Arguments> disguises() {
    return Stream.of(
        argumentSet("a segment up", "/public/../admin"),
        argumentSet("a segment up, encoded", "/public/%2e%2E/admin"),
        argumentSet("two slashes", "//admin"),
        argumentSet("an encoded letter", "/%61dmin"),
        argumentSet("an encoded slash", "/public/..%2fadmin"),
        argumentSet("a backslash", "/public\\..\\admin"),
        argumentSet("a dot", "/./admin"),
        argumentSet("a parameter", "/admin;jsessionid=1"),
        argumentSet("out of the root", "/../admin"),
        argumentSet("no encoding at all", "/admin%2"));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("disguises")
  void aPathInDisguiseIsSeenThrough(String disguised) {
    Guarded denied = new Guarded(filter(Action.DENY, path("/admin"), ANY));
    Guarded allowed = new Guarded(filter(Action.ALLOW, pathPrefix("/public/"), ANY));

    assertThat(denied.status(Incoming.get(disguised))).isEqualTo(403);
    assertThat(allowed.status(Incoming.get(disguised))).isEqualTo(403);
  }

  @Test
  void aPathWrittenAsThePolicyWritesItIsLetIn() {
    Guarded guarded = new Guarded(filter(Action.ALLOW, path("/a%20b/.well-known"), ANY));

    assertThat(guarded.status(Incoming.get("/a%20b/.well-known"))).isZero();
  }

  @Test
  void anEncodedTemplateMatchesThePathAsItIsWrittenAndResolved() {
    Guarded allowed = new Guarded(filter(Action.ALLOW, template("/a%20b/*/%2A/**"), ANY));
    Guarded denied = new Guarded(filter(Action.DENY, template("/a%20b/*/%2A/**"), ANY));

    assertThat(allowed.status(Incoming.get("/a%20b/x/%2A/y"))).isZero();
    assertThat(allowed.status(Incoming.get("/a%20b/x/y/z"))).isEqualTo(403);
    assertThat(denied.status(Incoming.get("/%61%20b/x/*/y"))).isEqualTo(403);
    assertThat(denied.status(Incoming.get("/a%20b/x/y/z"))).isZero();
  }

  @Test
  void lookingPoliciesUpFindsWhatAskingEachWouldFind() {
    Random random = new Random(7);
    List<RbacFilter.Policy> policies = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      policies.add(randomPolicy(random, "p" + i));
    }
    Guarded all = new Guarded(new RbacFilter(new RbacFilter.Rules(Action.ALLOW, policies), null));
    List<Guarded> each =
        policies.stream()
            .map(one -> new RbacFilter(new RbacFilter.Rules(Action.ALLOW, List.of(one)), null))
            .map(Guarded::new)
            .toList();
    for (int i = 0; i < 500; i++) {
      Incoming request = Incoming.get("/" + word(random) + "/" + word(random));
      Peer peer =
          new Peer(random.nextBoolean() ? word(random) : null, "10.0.0.7", null, 8080, null);

      boolean isAllowed = each.stream().anyMatch(one -> one.status(request, peer) == 0);

      assertThat(all.status(request, peer) == 0).as(request + " " + peer).isEqualTo(isAllowed);
    }
  }

  private static RbacFilter.Policy randomPolicy(Random random, String name) {
    RbacCondition permission =
        switch (random.nextInt(4)) {
          case 0 -> path("/" + word(random) + "/" + word(random));
          case 1 -> pathPrefix("/" + word(random));
          case 2 -> template("/" + word(random) + "/*");
          default -> header("x-never", "x");
        };
    RbacCondition principal = random.nextBoolean() ? ANY : name(word(random));
    return new RbacFilter.Policy(
        name, List.of(permission, path("/" + word(random))), List.of(principal));
  }

  private static String word(Random random) {
    return "abc".repeat(3).substring(random.nextInt(9)) + random.nextInt(3);
  }

  @Test
  void aPortHasItsOwnPolicies() {
    Guarded guarded = new Guarded();
    guarded.gate.apply(
        new InboundConfig(
            false,
            List.of(
                Guarded.chain(0, MutualTls.PERMISSIVE, filter(Action.DENY, ANY, ANY)),
                Guarded.chain(9090, MutualTls.PERMISSIVE))));

    assertThat(guarded.status(Incoming.get("/"))).isEqualTo(403);
    assertThat(guarded.status(Incoming.get("/"), new Peer(null, null, null, 9090, null))).isZero();
  }

  @Test
  void strictRefusesWhoShowsNoCertificateOfTheMesh() {
    Guarded guarded = new Guarded();
    guarded.gate.apply(new InboundConfig(false, List.of(Guarded.chain(0, MutualTls.STRICT))));

    assertThat(guarded.status(Incoming.get("/"))).isEqualTo(403);
    assertThat(guarded.status(Incoming.get("/"), new Peer(FRONT, null, null, 8080, null))).isZero();
    assertThat(guarded.told).containsExactly("DENIED peer_authentication");
  }

  @Test
  void strictRefusesInTheNameOfThePolicyThatDemandsIt() {
    Guarded guarded = new Guarded();
    guarded.gate.apply(
        new InboundConfig(
            false,
            List.of(
                new InboundConfig.Chain(0, MutualTls.STRICT, "of the namespace", List.of()),
                new InboundConfig.Chain(9090, MutualTls.STRICT, "of the port", List.of()))));

    guarded.status(Incoming.get("/"));
    guarded.status(Incoming.get("/"), new Peer(null, null, null, 9090, null));

    assertThat(guarded.told).containsExactly("DENIED of the namespace", "DENIED of the port");
  }

  @Test
  void nothingComesInIfItIsNotKnownWhatGuards() {
    Guarded guarded = new Guarded();
    guarded.gate.apply(InboundConfig.CLOSED);

    assertThat(guarded.status(Incoming.get("/"))).isEqualTo(503);
  }

  @Test
  void ourOwnFailureRefusesWhereSomethingIsGuarded() {
    Guarded guarded = new Guarded(filter(Action.DENY, path("/admin"), ANY));
    Incoming broken = new Incoming("GET", "", java.util.Map.of());

    assertThat(guarded.status(broken)).isEqualTo(403);
    assertThat(guarded.faults.count()).isEqualTo(1);
    assertThat(guarded.told).containsExactly("DENIED failure");
  }

  @Test
  void whatCannotBeKnownRefuses() {
    Guarded guarded =
        new Guarded(filter(Action.DENY, new RbacCondition.DirectIp(block("10.0.0.0", 8)), ANY));

    assertThat(guarded.status(Incoming.get("/"), new Peer(null, null, null, 8080, null)))
        .isEqualTo(403);
  }

  @Test
  void aConfigurationThatCannotBeCompiledLeavesTheOneBefore() {
    Guarded guarded = new Guarded(filter(Action.DENY, ANY, ANY));
    InboundConfig bad =
        new InboundConfig(
            false,
            List.of(
                Guarded.chain(
                    0,
                    MutualTls.PERMISSIVE,
                    filter(Action.DENY, new RbacCondition.DirectIp(block("nowhere", 8)), ANY))));

    assertThatThrownBy(() -> guarded.gate.apply(bad)).isInstanceOf(IllegalArgumentException.class);
    assertThat(InboundGate.problems(bad)).hasSize(1);
    assertThat(guarded.status(Incoming.get("/"))).isEqualTo(403);
  }

  private static RbacCondition template(String template) {
    return new RbacCondition.PathTemplate(template);
  }

  private static RbacCondition header(String name, String value) {
    boolean ignoreCase = name.equals(":authority");
    return new RbacCondition.Header(
        new HeaderMatch(name, new StringMatch.Exact(value, ignoreCase), false, false));
  }

  private static RbacCondition name(@Nullable String exact) {
    return new RbacCondition.PeerName(exact == null ? null : new StringMatch.Exact(exact, false));
  }

  private static RbacCondition serverName(String exact) {
    return new RbacCondition.ServerName(new StringMatch.Exact(exact, false));
  }

  private static IpBlock block(String address, int bits) {
    return new IpBlock(address, bits);
  }
}
