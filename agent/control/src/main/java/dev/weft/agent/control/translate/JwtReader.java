/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.translate;

import dev.weft.agent.engine.config.JwtFilter;
import dev.weft.agent.engine.config.JwtFilter.Requirement;
import dev.weft.agent.engine.config.RouteMatch;
import dev.weft.protocol.lite.envoy.config.core.v3.DataSource;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks;
import dev.weft.protocol.lite.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the filter for tokens. What is not known makes the resource bad. */
final class JwtReader {
  /** Where conditions on claims look for them. */
  static final String PAYLOAD = "payload";

  private static final int DEFAULT_CLOCK_SKEW_SECONDS = 60;
  private static final List<JwtFilter.TokenHeader> DEFAULT_HEADERS =
      List.of(new JwtFilter.TokenHeader("authorization", "Bearer "));
  private static final List<String> DEFAULT_PARAMETERS = List.of("access_token");

  private final JwtAuthentication filter;
  private final Field field;

  private JwtReader(JwtAuthentication filter, Field field) {
    this.filter = filter;
    this.field = field;
  }

  static JwtFilter read(JwtAuthentication filter, Field field) {
    return new JwtReader(filter, field).read();
  }

  private JwtFilter read() {
    if (filter.hasFilterStateRules()) {
      throw field.at("filter_state_rules").unsupported();
    }
    Map<String, JwtFilter.Provider> providers = new HashMap<>();
    filter
        .getProvidersMap()
        .forEach(
            (name, provider) ->
                providers.put(name, provider(provider, field.at("providers", name))));
    List<JwtFilter.Rule> rules = new ArrayList<>();
    for (int i = 0; i < filter.getRulesCount(); i++) {
      rules.add(rule(filter.getRules(i), field.at("rules", i)));
    }
    return new JwtFilter(providers, rules, filter.getBypassCorsPreflight());
  }

  private JwtFilter.Rule rule(RequirementRule rule, Field at) {
    RouteMatch match = RouteMatchReader.read(rule.getMatch(), at.at("match"));
    if (!match.headers().isEmpty() || !match.queryParameters().isEmpty()) {
      throw at.at("match").bad("headers or query parameters", "a path alone");
    }
    JwtRequirement requirement =
        switch (rule.getRequirementTypeCase()) {
          case REQUIRES -> rule.getRequires();
          case REQUIREMENT_NAME -> named(rule.getRequirementName(), at.at("requirement_name"));
          case REQUIREMENTTYPE_NOT_SET -> JwtRequirement.getDefaultInstance();
        };
    return new JwtFilter.Rule(match.path(), requirement(requirement, at.at("requires")));
  }

  private JwtRequirement named(String name, Field at) {
    JwtRequirement named = filter.getRequirementMapMap().get(name);
    if (named == null) {
      throw at.bad(name, "one of " + filter.getRequirementMapMap().keySet());
    }
    return named;
  }

  private @Nullable Requirement requirement(JwtRequirement requirement, Field at) {
    return switch (requirement.getRequiresTypeCase()) {
      case PROVIDER_NAME -> new Requirement.Of(known(requirement.getProviderName(), at), List.of());
      case PROVIDER_AND_AUDIENCES ->
          new Requirement.Of(
              known(requirement.getProviderAndAudiences().getProviderName(), at),
              requirement.getProviderAndAudiences().getAudiencesList());
      case REQUIRES_ANY ->
          new Requirement.OneOf(
              all(requirement.getRequiresAny().getRequirementsList(), at.at("requires_any")));
      case REQUIRES_ALL ->
          new Requirement.All(
              all(requirement.getRequiresAll().getRequirementsList(), at.at("requires_all")));
      case ALLOW_MISSING ->
          // Alone it stands for "any good token, or none".
          new Requirement.AllowMissing();
      case ALLOW_MISSING_OR_FAILED -> new Requirement.AllowMissingOrFailed();
      case REQUIRESTYPE_NOT_SET -> null;
      default -> throw at.at(requirement.getRequiresTypeCase().name()).unsupported();
    };
  }

  private List<Requirement> all(List<JwtRequirement> requirements, Field at) {
    List<Requirement> all = new ArrayList<>();
    for (JwtRequirement one : requirements) {
      Requirement read = requirement(one, at);
      if (read == null) {
        throw at.bad("a requirement of nothing", "one of something");
      }
      all.add(read);
    }
    return all;
  }

  private String known(String provider, Field at) {
    if (!filter.containsProviders(provider)) {
      throw at.bad(provider, "one of " + filter.getProvidersMap().keySet());
    }
    return provider;
  }

  private static JwtFilter.Provider provider(JwtProvider provider, Field field) {
    if (!provider.getPayloadInMetadata().isEmpty()
        && !provider.getPayloadInMetadata().equals(PAYLOAD)) {
      throw field.at("payload_in_metadata").bad(provider.getPayloadInMetadata(), PAYLOAD);
    }
    if (provider.hasSubjects() || provider.getRequireExpiration() || provider.hasMaxLifetime()) {
      throw field.at("subjects, require_expiration, max_lifetime").unsupported();
    }
    List<JwtFilter.TokenHeader> headers = new ArrayList<>();
    for (JwtHeader header : provider.getFromHeadersList()) {
      headers.add(new JwtFilter.TokenHeader(lower(header.getName()), header.getValuePrefix()));
    }
    boolean isUsualPlace =
        headers.isEmpty()
            && provider.getFromParamsCount() == 0
            && provider.getFromCookiesCount() == 0;
    int skew = provider.getClockSkewSeconds();
    return new JwtFilter.Provider(
        provider.getIssuer(),
        provider.getAudiencesList(),
        keys(provider, field),
        isUsualPlace ? DEFAULT_HEADERS : headers,
        isUsualPlace ? DEFAULT_PARAMETERS : provider.getFromParamsList(),
        provider.getFromCookiesList(),
        provider.getForward(),
        output(provider),
        provider.getNormalizePayloadInMetadata().getSpaceDelimitedClaimsList(),
        skew == 0 ? DEFAULT_CLOCK_SKEW_SECONDS : Integer.toUnsignedLong(skew));
  }

  private static JwtFilter.Output output(JwtProvider provider) {
    List<Map.Entry<String, String>> claims = new ArrayList<>();
    provider
        .getClaimToHeadersList()
        .forEach(
            claim -> claims.add(Map.entry(lower(claim.getHeaderName()), claim.getClaimName())));
    return new JwtFilter.Output(lower(provider.getForwardPayloadHeader()), claims);
  }

  private static JwtFilter.Keys keys(JwtProvider provider, Field field) {
    return switch (provider.getJwksSourceSpecifierCase()) {
      case LOCAL_JWKS -> {
        DataSource source = provider.getLocalJwks();
        yield switch (source.getSpecifierCase()) {
          case INLINE_STRING -> new JwtFilter.Keys.Inline(source.getInlineString());
          case INLINE_BYTES -> new JwtFilter.Keys.Inline(source.getInlineBytes().toStringUtf8());
          default -> throw field.at("local_jwks").bad(source.getSpecifierCase(), "inline_string");
        };
      }
      case REMOTE_JWKS -> remote(provider.getRemoteJwks(), field.at("remote_jwks"));
      case JWKSSOURCESPECIFIER_NOT_SET -> throw field.bad("no keys", "local_jwks or remote_jwks");
    };
  }

  private static JwtFilter.Keys remote(RemoteJwks remote, Field field) {
    return new JwtFilter.Keys.Remote(
        StringMatchReader.nonEmpty(remote.getHttpUri().getUri(), field.at("http_uri").at("uri")),
        XdsDefaults.positiveNanos(
            remote.getHttpUri().getTimeout(), field.at("http_uri").at("timeout")),
        remote.hasCacheDuration()
            ? XdsDefaults.positiveNanos(remote.getCacheDuration(), field.at("cache_duration"))
            : XdsDefaults.KEYS_LIFE_NANOS);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
