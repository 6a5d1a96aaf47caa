/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's {@code envoy.filters.http.jwt_authn}.
 *
 * @param providers whose tokens are taken, by name
 * @param rules the first that matches a request says which tokens it needs
 * @param bypassesCorsPreflight whether preflight requests need none
 */
public record JwtFilter(
    Map<String, Provider> providers, List<Rule> rules, boolean bypassesCorsPreflight)
    implements InboundFilter {
  /** Copies the collections. */
  public JwtFilter {
    providers = Map.copyOf(providers);
    rules = List.copyOf(rules);
  }

  /**
   * Whose tokens are taken, and where they stand.
   *
   * @param issuer what {@code iss} must be; empty for any
   * @param audiences of these {@code aud} must have one; empty for any
   * @param keys the issuer's keys
   * @param headers headers that a token may stand in
   * @param parameters query parameters that a token may stand in
   * @param cookies cookies that a token may stand in
   * @param isForwarded whether the application sees the header with the token
   * @param output what the application gets to know
   * @param spaceDelimitedClaims claims whose text is a list
   * @param clockSkewSeconds how far clocks may differ; Envoy's default is 60
   */
  public record Provider(
      String issuer,
      List<String> audiences,
      Keys keys,
      List<TokenHeader> headers,
      List<String> parameters,
      List<String> cookies,
      boolean isForwarded,
      Output output,
      List<String> spaceDelimitedClaims,
      long clockSkewSeconds) {
    /** Copies the collections. */
    public Provider {
      audiences = List.copyOf(audiences);
      headers = List.copyOf(headers);
      parameters = List.copyOf(parameters);
      cookies = List.copyOf(cookies);
      spaceDelimitedClaims = List.copyOf(spaceDelimitedClaims);
    }
  }

  /** The keys of an issuer: a JSON Web Key Set. */
  public sealed interface Keys {
    /** The set itself. */
    record Inline(String json) implements Keys {}

    /**
     * A set, or an OpenID configuration that names one.
     *
     * @param uri http or https
     * @param timeoutNanos how long getting it may take
     * @param lifeNanos after that it is got again
     */
    record Remote(String uri, long timeoutNanos, long lifeNanos) implements Keys {}
  }

  /**
   * A header that a token may stand in.
   *
   * @param name in lower case
   * @param prefix what stands before the token, in any case; empty for nothing
   */
  public record TokenHeader(String name, String prefix) {}

  /**
   * What the application gets to know of a verified token. These headers are taken from every
   * request first, so that nobody can make them up.
   *
   * @param payloadHeader a header for the payload in base64url, in lower case; empty for none
   * @param claimHeaders headers for claims: the header's name in lower case, the claim's name
   */
  public record Output(String payloadHeader, List<Map.Entry<String, String>> claimHeaders) {
    /** Nothing. */
    public static final Output NONE = new Output("", List.of());

    /** Copies the collection. */
    public Output {
      claimHeaders = List.copyOf(claimHeaders);
    }
  }

  /**
   * Which tokens a request needs.
   *
   * @param path on the path without its query
   * @param requirement null for none
   */
  public record Rule(RouteMatch.PathMatch path, @Nullable Requirement requirement) {}

  /** What of tokens a request needs. */
  public sealed interface Requirement {
    /**
     * A good token of this provider.
     *
     * @param audiences in place of the provider's; empty for those
     */
    record Of(String provider, List<String> audiences) implements Requirement {
      /** Copies the collection. */
      public Of {
        audiences = List.copyOf(audiences);
      }
    }

    /** One of these. */
    record OneOf(List<Requirement> requirements) implements Requirement {
      /** Copies the collection. */
      public OneOf {
        requirements = List.copyOf(requirements);
      }
    }

    /** All of these. */
    record All(List<Requirement> requirements) implements Requirement {
      /** Copies the collection. */
      public All {
        requirements = List.copyOf(requirements);
      }
    }

    /** No token beside those that are named beside it; one that is there must be good. */
    record AllowMissing() implements Requirement {}

    /** Nothing at all. */
    record AllowMissingOrFailed() implements Requirement {}
  }
}
