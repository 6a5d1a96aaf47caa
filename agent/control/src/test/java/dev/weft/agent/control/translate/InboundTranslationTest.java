/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.weft.agent.control.Xds;
import dev.weft.agent.engine.config.InboundConfig;
import dev.weft.agent.engine.config.InboundConfig.MutualTls;
import dev.weft.agent.engine.config.InboundFilter;
import dev.weft.agent.engine.config.JwtFilter;
import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.RbacFilter;
import dev.weft.agent.engine.config.StringMatch;
import dev.weft.protocol.lite.envoy.config.core.v3.CidrRange;
import dev.weft.protocol.lite.envoy.config.core.v3.DataSource;
import dev.weft.protocol.lite.envoy.config.core.v3.Metadata;
import dev.weft.protocol.lite.envoy.config.core.v3.TrafficDirection;
import dev.weft.protocol.lite.envoy.config.core.v3.TypedExtensionConfig;
import dev.weft.protocol.lite.envoy.config.listener.v3.Filter;
import dev.weft.protocol.lite.envoy.config.listener.v3.FilterChain;
import dev.weft.protocol.lite.envoy.config.listener.v3.FilterChainMatch;
import dev.weft.protocol.lite.envoy.config.listener.v3.Listener;
import dev.weft.protocol.lite.envoy.config.rbac.v3.Permission;
import dev.weft.protocol.lite.envoy.config.rbac.v3.Policy;
import dev.weft.protocol.lite.envoy.config.rbac.v3.Principal;
import dev.weft.protocol.lite.envoy.config.route.v3.RouteMatch;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import dev.weft.protocol.lite.envoy.extensions.filters.http.rbac.v3.RBAC;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import dev.weft.protocol.lite.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import dev.weft.protocol.lite.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import dev.weft.protocol.lite.envoy.type.matcher.v3.MetadataMatcher;
import dev.weft.protocol.lite.envoy.type.matcher.v3.StringMatcher;
import dev.weft.protocol.lite.envoy.type.matcher.v3.ValueMatcher;
import dev.weft.protocol.lite.protobuf.Any;
import dev.weft.protocol.lite.protobuf.Struct;
import dev.weft.protocol.lite.protobuf.UInt32Value;
import dev.weft.protocol.lite.protobuf.Value;
import dev.weft.protocol.names.ResourceNames;
import dev.weft.protocol.names.TypeUrls;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What guards requests that come in, from the wire to the engine. */
class InboundTranslationTest {
  private static final Principal ANYBODY = Principal.newBuilder().setAny(true).build();
  private static final Permission ANYTHING = Permission.newBuilder().setAny(true).build();

  @Test
  void policiesAreReadInTheOrderOfTheirNames() {
    RBAC rbac =
        RBAC.newBuilder()
            .setRules(
                rules(policy(ANYTHING, ANYBODY)).putPolicies("a", policy(ANYTHING, name("x"))))
            .build();

    assertThat(filters(filter("envoy.filters.http.rbac", TypeUrls.RBAC, rbac)))
        .containsExactly(
            new RbacFilter(
                new RbacFilter.Rules(
                    RbacFilter.Action.DENY,
                    List.of(
                        new RbacFilter.Policy(
                            "a",
                            List.of(new RbacCondition.Any()),
                            List.of(new RbacCondition.PeerName(new StringMatch.Exact("x", false)))),
                        new RbacFilter.Policy(
                            "p",
                            List.of(new RbacCondition.Any()),
                            List.of(new RbacCondition.Any())))),
                null));
  }

  @Test
  void textMayFollowTheTwoStarsOfAPathTemplate() {
    assertThat(filters(rbac(policy(template("/a/*/**/b"), ANYBODY))))
        .singleElement()
        .extracting(filter -> ((RbacFilter) filter).rules())
        .extracting(rules -> rules.policies().get(0).permissions())
        .isEqualTo(List.of(new RbacCondition.PathTemplate("/a/*/**/b")));
  }

  private static Permission template(String template) {
    return Permission.newBuilder()
        .setUriTemplate(
            TypedExtensionConfig.newBuilder()
                .setTypedConfig(
                    Xds.any(
                        TypeUrls.URI_TEMPLATE_MATCH,
                        UriTemplateMatchConfig.newBuilder().setPathTemplate(template).build())))
        .build();
  }

  @Test
  void tokensAreLookedForWhereEnvoyLooksForThem() {
    List<InboundFilter> filters =
        filters(filter("envoy.filters.http.jwt_authn", TypeUrls.JWT_AUTHN, tokens("one")));

    assertThat(filters).singleElement().isInstanceOf(JwtFilter.class);
    JwtFilter.Provider provider =
        ((JwtFilter) filters.get(0)).providers().values().iterator().next();
    assertThat(provider.headers())
        .containsExactly(new JwtFilter.TokenHeader("authorization", "Bearer "));
    assertThat(provider.parameters()).containsExactly("access_token");
    assertThat(provider.clockSkewSeconds()).isEqualTo(60);
  }

  @Test
  void policyThatSaysTheModeIsKnownByName() {
    FilterChain strict = chain("STRICT");
    Struct metadata =
        strict.getMetadata().getFilterMetadataOrThrow(ResourceNames.WEFT_METADATA).toBuilder()
            .putFields(
                ResourceNames.MUTUAL_TLS_POLICY,
                Value.newBuilder().setStringValue("the policy").build())
            .build();
    FilterChain named =
        strict.toBuilder()
            .setMetadata(
                Metadata.newBuilder().putFilterMetadata(ResourceNames.WEFT_METADATA, metadata))
            .build();

    InboundConfig inbound = Pushed.of(listener(named).build()).config().inbound();

    assertThat(inbound.chains())
        .extracting(InboundConfig.Chain::mutualTlsPolicy)
        .containsExactly("the policy");
  }

  @Test
  void portsHaveModesOfTheirOwn() {
    FilterChain of8081 =
        chain("STRICT").toBuilder()
            .setFilterChainMatch(
                FilterChainMatch.newBuilder().setDestinationPort(UInt32Value.of(8081)))
            .build();

    InboundConfig inbound =
        Pushed.of(listener(chain("PERMISSIVE")).addFilterChains(of8081).build()).config().inbound();

    assertThat(inbound.chains())
        .extracting(InboundConfig.Chain::port, InboundConfig.Chain::mutualTls)
        .containsExactlyInAnyOrder(
            org.assertj.core.api.Assertions.tuple(0, MutualTls.PERMISSIVE),
            org.assertj.core.api.Assertions.tuple(8081, MutualTls.STRICT));
    assertThat(inbound.isStrictAnywhere()).isTrue();
  }

  // Metadata is what control planes push.
  @SuppressWarnings("deprecation")
  static Stream<Arguments> unknown() {
    return Stream.of(
        argumentSet(
            "a filter that may guard",
            filter("envoy.filters.http.ext_authz", "type.googleapis.com/x.Y", tokens("one"))),
        argumentSet(
            "a filter of no known name",
            filter("acme.guard", "type.googleapis.com/x.Y", tokens("one"))),
        argumentSet(
            "RBAC under a name that is harmless",
            filter(
                "envoy.filters.http.cors",
                "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute",
                tokens("one"))),
        argumentSet(
            "an action",
            rbac(
                RBAC.newBuilder()
                    .setRules(rules(policy(ANYTHING, ANYBODY)).setActionValue(7))
                    .build())),
        argumentSet("stars after two stars", rbac(policy(template("/a/**/*"), ANYBODY))),
        argumentSet("no condition", rbac(policy(Permission.getDefaultInstance(), ANYBODY))),
        argumentSet(
            "no block",
            rbac(
                policy(
                    ANYTHING,
                    Principal.newBuilder()
                        .setDirectRemoteIp(CidrRange.newBuilder().setAddressPrefix("nowhere"))
                        .build()))),
        argumentSet(
            "metadata of another filter",
            rbac(
                policy(
                    ANYTHING,
                    Principal.newBuilder()
                        .setMetadata(
                            MetadataMatcher.newBuilder()
                                .setFilter("acme")
                                .setValue(ValueMatcher.newBuilder().setBoolMatch(true)))
                        .build()))),
        argumentSet(
            "a condition in CEL",
            rbac(
                policy(ANYTHING, ANYBODY).toBuilder()
                    .setCondition(
                        dev.weft.protocol.lite.api.expr.v1alpha1.Expr.getDefaultInstance())
                    .build())),
        argumentSet(
            "a provider that is not there",
            filter("envoy.filters.http.jwt_authn", TypeUrls.JWT_AUTHN, tokens("two"))));
  }

  @ParameterizedTest(name = "{argumentSetName}")
  @MethodSource("unknown")
  void whatIsNotKnownRefusesTheResourceAndLetsNothingIn(HttpFilter filter) {
    Pushed pushed = Pushed.of(listener(chain("PERMISSIVE", filter)).build());

    assertThat(pushed.problem().state()).isEqualTo(ResourceProblem.State.REFUSED);
    assertThat(pushed.config().inbound()).isEqualTo(InboundConfig.CLOSED);
  }

  @Test
  void whatIsNotKnownKeepsWhatGuardedBefore() {
    XdsTable table = new XdsTable();
    table.put(Xds.resource(listener(chain("STRICT")).build(), "1"));

    ResourceProblem problem = table.put(Xds.resource(listener(chain("MAYBE")).build(), "2"));

    assertThat(problem)
        .extracting(ResourceProblem::state)
        .isEqualTo(ResourceProblem.State.KEPT_LAST_GOOD);
    assertThat(table.config(ResolvedNames.NONE).inbound().isStrictAnywhere()).isTrue();
  }

  @Test
  void twoChainsForOnePortAreBad() {
    Pushed pushed = Pushed.of(listener(chain("STRICT")).addFilterChains(chain("DISABLE")).build());

    assertThat(pushed.problem().reason()).contains("two for port 0");
  }

  private static List<InboundFilter> filters(HttpFilter filter) {
    Pushed pushed = Pushed.of(listener(chain("PERMISSIVE", filter)).build());
    assertThat(pushed.problems()).isEmpty();
    return pushed.config().inbound().chains().get(0).filters();
  }

  private static Listener.Builder listener(FilterChain chain) {
    return Listener.newBuilder()
        .setName(ResourceNames.VIRTUAL_INBOUND)
        .setTrafficDirection(TrafficDirection.INBOUND)
        .setDefaultFilterChain(chain);
  }

  private static FilterChain chain(String mode, HttpFilter... filters) {
    HttpConnectionManager manager =
        HttpConnectionManager.newBuilder().addAllHttpFilters(List.of(filters)).build();
    Struct metadata =
        Struct.newBuilder()
            .putAllFields(
                Map.of(
                    ResourceNames.MUTUAL_TLS_MODE, Value.newBuilder().setStringValue(mode).build()))
            .build();
    return FilterChain.newBuilder()
        .addFilters(
            Filter.newBuilder()
                .setName("envoy.filters.network.http_connection_manager")
                .setTypedConfig(Xds.any(TypeUrls.HTTP_CONNECTION_MANAGER, manager)))
        .setMetadata(Metadata.newBuilder().putFilterMetadata(ResourceNames.WEFT_METADATA, metadata))
        .build();
  }

  private static HttpFilter rbac(Policy policy) {
    return rbac(RBAC.newBuilder().setRules(rules(policy)).build());
  }

  private static HttpFilter rbac(RBAC rbac) {
    return filter("envoy.filters.http.rbac", TypeUrls.RBAC, rbac);
  }

  private static HttpFilter filter(
      String name, String typeUrl, com.google.protobuf.MessageLite config) {
    Any any = Xds.any(typeUrl, config);
    return HttpFilter.newBuilder().setName(name).setTypedConfig(any).build();
  }

  private static dev.weft.protocol.lite.envoy.config.rbac.v3.RBAC.Builder rules(Policy policy) {
    return dev.weft
        .protocol
        .lite
        .envoy
        .config
        .rbac
        .v3
        .RBAC
        .newBuilder()
        .setAction(dev.weft.protocol.lite.envoy.config.rbac.v3.RBAC.Action.DENY)
        .putPolicies("p", policy);
  }

  private static Policy policy(Permission permission, Principal principal) {
    return Policy.newBuilder().addPermissions(permission).addPrincipals(principal).build();
  }

  private static Principal name(String exact) {
    return Principal.newBuilder()
        .setAuthenticated(
            Principal.Authenticated.newBuilder()
                .setPrincipalName(StringMatcher.newBuilder().setExact(exact)))
        .build();
  }

  private static JwtAuthentication tokens(String required) {
    return JwtAuthentication.newBuilder()
        .putProviders(
            "one",
            JwtProvider.newBuilder()
                .setIssuer("one")
                .setLocalJwks(DataSource.newBuilder().setInlineString("{}"))
                .build())
        .addRules(
            RequirementRule.newBuilder()
                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                .setRequires(JwtRequirement.newBuilder().setProviderName(required)))
        .build();
  }
}
