/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import com.google.protobuf.Empty;
import com.google.protobuf.UInt32Value;
import dev.weft.protocol.names.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What guards the servers of the contract: {@code /denied} and the method {@code PATCH} are denied,
 * {@code /token} needs a token of {@link #token}, whose subject becomes the header {@code
 * x-subject}. {@code /here} is denied at this machine's addresses, {@code /there} at others.
 */
public final class ContractGuard {
  /** A host, and a name in TLS, that is denied. */
  public static final String DENIED_NAME = "denied.test";

  private static final String ISSUER = "contract";
  private static final byte[] SECRET =
      "a secret of the contract, not short".getBytes(StandardCharsets.UTF_8);

  private ContractGuard() {}

  /** Adds all of it. */
  public static TestMesh of(TestMesh mesh) {
    return mesh.guard("envoy.filters.http.jwt_authn", TypeUrls.JWT_AUTHN, tokens())
        .guard("envoy.filters.http.rbac", TypeUrls.RBAC, policies());
  }

  /** Adds a filter that this agent does not know: it may guard, so nothing comes in. */
  public static TestMesh unknown(TestMesh mesh) {
    return mesh.guard(
        "envoy.filters.http.lua",
        "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
        Empty.getDefaultInstance());
  }

  /**
   * Denies a path to one caller, {@code /not-by-this-host} to who calls {@code localhost} and names
   * a port, and the server name {@link #DENIED_NAME}.
   */
  static TestMesh denying(TestMesh mesh, String pathPrefix, String spiffeId) {
    Permission path =
        Permission.newBuilder()
            .setUrlPath(
                PathMatcher.newBuilder().setPath(StringMatcher.newBuilder().setPrefix(pathPrefix)))
            .build();
    Principal caller =
        Principal.newBuilder()
            .setAuthenticated(
                Principal.Authenticated.newBuilder()
                    .setPrincipalName(StringMatcher.newBuilder().setExact(spiffeId)))
            .build();
    return mesh.guard(
        "envoy.filters.http.rbac",
        TypeUrls.RBAC,
        denial(
            Map.of(
                "caller",
                Policy.newBuilder().addPermissions(path).addPrincipals(caller).build(),
                "names",
                Policy.newBuilder()
                    .addPermissions(
                        Permission.newBuilder()
                            .setAndRules(
                                Permission.Set.newBuilder()
                                    .addRules(authority("localhost:"))
                                    .addRules(path("/not-by-this-host"))))
                    .addPermissions(
                        Permission.newBuilder()
                            .setRequestedServerName(
                                StringMatcher.newBuilder().setExact(DENIED_NAME)))
                    .addPrincipals(Principal.newBuilder().setAny(true))
                    .build())));
  }

  /** What is sent as the authority and begins like this. */
  private static Permission authority(String prefix) {
    return Permission.newBuilder()
        .setHeader(
            HeaderMatcher.newBuilder()
                .setName(":authority")
                .setStringMatch(StringMatcher.newBuilder().setPrefix(prefix).setIgnoreCase(true)))
        .build();
  }

  private static Permission path(String exact) {
    return Permission.newBuilder()
        .setUrlPath(PathMatcher.newBuilder().setPath(StringMatcher.newBuilder().setExact(exact)))
        .build();
  }

  /** A path at a local address. */
  private static Permission at(String path, String address, int prefixLength) {
    return Permission.newBuilder()
        .setAndRules(
            Permission.Set.newBuilder()
                .addRules(path(path))
                .addRules(
                    Permission.newBuilder()
                        .setDestinationIp(
                            CidrRange.newBuilder()
                                .setAddressPrefix(address)
                                .setPrefixLen(UInt32Value.of(prefixLength)))))
        .build();
  }

  /** Returns a good token with a subject. */
  static String token(String subject) {
    String signed =
        base64("{\"alg\":\"HS256\"}")
            + "."
            + base64("{\"iss\":\"" + ISSUER + "\",\"sub\":\"" + subject + "\"}");
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
      return signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JwtAuthentication tokens() {
    JwtProvider.Builder provider =
        JwtProvider.newBuilder()
            .setIssuer(ISSUER)
            .setPayloadInMetadata("payload")
            .setLocalJwks(
                DataSource.newBuilder()
                    .setInlineString(
                        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" + base64(SECRET) + "\"}]}"));
    provider.addClaimToHeadersBuilder().setHeaderName("x-subject").setClaimName("sub");
    JwtRequirement one = JwtRequirement.newBuilder().setProviderName(ISSUER).build();
    JwtRequirement.Builder none = JwtRequirement.newBuilder();
    none.getAllowMissingBuilder();
    return JwtAuthentication.newBuilder()
        .putProviders(ISSUER, provider.build())
        .addRules(rule("/token", one))
        .addRules(
            rule(
                "/",
                JwtRequirement.newBuilder()
                    .setRequiresAny(
                        JwtRequirementOrList.newBuilder()
                            .addRequirements(one)
                            .addRequirements(none))
                    .build()))
        .build();
  }

  private static RequirementRule rule(String prefix, JwtRequirement requirement) {
    return RequirementRule.newBuilder()
        .setMatch(RouteMatch.newBuilder().setPrefix(prefix))
        .setRequires(requirement)
        .build();
  }

  private static RBAC policies() {
    Permission path =
        Permission.newBuilder()
            .setUrlPath(
                PathMatcher.newBuilder().setPath(StringMatcher.newBuilder().setPrefix("/denied")))
            .build();
    Permission method =
        Permission.newBuilder()
            .setHeader(
                HeaderMatcher.newBuilder()
                    .setName(":method")
                    .setStringMatch(StringMatcher.newBuilder().setExact("PATCH")))
            .build();
    return denial(
        Map.of(
            "contract",
            Policy.newBuilder()
                .addPermissions(path)
                .addPermissions(method)
                .addPermissions(authority(DENIED_NAME + ":8080"))
                .addPermissions(at("/here", "127.0.0.0", 8))
                .addPermissions(at("/there", "192.0.2.0", 24))
                .addPrincipals(Principal.newBuilder().setAny(true))
                .build()));
  }

  private static RBAC denial(Map<String, Policy> policies) {
    return RBAC.newBuilder()
        .setRules(
            io.envoyproxy
                .envoy
                .config
                .rbac
                .v3
                .RBAC
                .newBuilder()
                .setAction(io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.DENY)
                .putAllPolicies(policies))
        .build();
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
