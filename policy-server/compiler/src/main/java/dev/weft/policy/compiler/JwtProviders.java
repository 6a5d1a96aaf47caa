/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.protocol.names.ResourceNames;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Turns rules of RequestAuthentications into the filter that verifies tokens. */
final class JwtProviders {
  /** Where the filter leaves the claims for those after it. */
  static final String PAYLOAD = "payload";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration KEYS_LIFE = Duration.ofMinutes(20);
  private static final String OPENID_CONFIGURATION = "/.well-known/openid-configuration";

  private JwtProviders() {}

  static JwtProvider read(Field rule, Report report) {
    String issuer = rule.get("issuer").text();
    JwtProvider.Builder provider =
        JwtProvider.newBuilder()
            .setIssuer(issuer)
            .addAllAudiences(rule.get("audiences").texts())
            .addAllFromParams(rule.get("fromParams").texts())
            .addAllFromCookies(rule.get("fromCookies").texts())
            .setForward(rule.get("forwardOriginalToken").bool(false))
            .setForwardPayloadHeader(rule.get("outputPayloadToHeader").text())
            .setPayloadInMetadata(PAYLOAD);
    provider
        .getNormalizePayloadInMetadataBuilder()
        .addSpaceDelimitedClaims("scope")
        .addSpaceDelimitedClaims("permission")
        .addAllSpaceDelimitedClaims(rule.get("spaceDelimitedClaims").texts());
    if (!provider.getForward() && provider.getFromParamsCount() > 0) {
      report.warning(
          "NotEnforced",
          rule.get("fromParams"),
          "a token in the query stays there for the application: agents do not rewrite paths."
              + " Send it in a header, or say forwardOriginalToken: true");
    }
    for (Field header : rule.get("fromHeaders").items()) {
      provider
          .addFromHeadersBuilder()
          .setName(header.get("name").text())
          .setValuePrefix(header.get("prefix").text());
    }
    for (Field header : rule.get("outputClaimToHeaders").items()) {
      provider
          .addClaimToHeadersBuilder()
          .setHeaderName(header.get("header").text())
          .setClaimName(header.get("claim").text());
    }
    Field keys = rule.get("jwks");
    if (keys.isPresent() && !keys.text().isEmpty()) {
      checkKeys(keys, report);
      provider.setLocalJwks(DataSource.newBuilder().setInlineString(keys.text()));
    } else {
      provider.setRemoteJwks(remote(rule, issuer, report));
    }
    return provider.build();
  }

  private static void checkKeys(Field keys, Report report) {
    try {
      if (JSON.readTree(keys.text()).path("keys").isArray()) {
        return;
      }
    } catch (JsonProcessingException e) {
      // reported below, without its text: it may show what should not be shown
    }
    report.severe(
        "InvalidValue",
        keys,
        "no keys (expected: a JSON object with a list of keys); every token of the issuer is"
            + " refused");
  }

  private static RemoteJwks remote(Field rule, String issuer, Report report) {
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    Duration timeout = report.duration(rule.get("timeout"));
    Field uri = rule.get("jwksUri");
    if (!uri.isPresent() && !issuer.startsWith("https://") && !issuer.startsWith("http://")) {
      report.severe(
          "InvalidValue",
          rule.get("issuer"),
          issuer
              + " (expected: a URL, or jwks or jwksUri beside it); every token of the issuer is"
              + " refused");
    }
    return RemoteJwks.newBuilder()
        .setHttpUri(
            HttpUri.newBuilder()
                .setUri(uri.text(base + OPENID_CONFIGURATION))
                .setCluster(ResourceNames.PASSTHROUGH_CLUSTER)
                .setTimeout(Protos.duration(timeout == null ? FETCH_TIMEOUT : timeout)))
        .setCacheDuration(Protos.duration(KEYS_LIFE))
        .build();
  }

  /**
   * Returns the filter: a request without a token passes, one with a bad token does not.
   *
   * @param providers by name, in the order in which they are asked
   */
  static JwtAuthentication filter(Map<String, JwtProvider> providers) {
    JwtAuthentication.Builder filter = JwtAuthentication.newBuilder().setBypassCorsPreflight(true);
    List<JwtRequirement> each = new ArrayList<>();
    List<JwtRequirement> any = new ArrayList<>();
    filter.putAllProviders(providers);
    for (String name : providers.keySet()) {
      JwtRequirement one = JwtRequirement.newBuilder().setProviderName(name).build();
      any.add(one);
      each.add(anyOf(List.of(one, allowMissing())));
    }
    if (each.size() > 1) {
      any.add(
          JwtRequirement.newBuilder()
              .setRequiresAll(JwtRequirementAndList.newBuilder().addAllRequirements(each))
              .build());
    }
    RequirementRule.Builder rule = filter.addRulesBuilder();
    rule.getMatchBuilder().setPrefix("/");
    rule.setRequires(each.size() == 1 ? each.get(0) : anyOf(any));
    return filter.build();
  }

  private static JwtRequirement anyOf(List<JwtRequirement> requirements) {
    return JwtRequirement.newBuilder()
        .setRequiresAny(JwtRequirementOrList.newBuilder().addAllRequirements(requirements))
        .build();
  }

  private static JwtRequirement allowMissing() {
    JwtRequirement.Builder requirement = JwtRequirement.newBuilder();
    requirement.getAllowMissingBuilder();
    return requirement.build();
  }
}
