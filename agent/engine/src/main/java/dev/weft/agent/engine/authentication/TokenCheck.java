/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authentication;

import dev.weft.agent.engine.authorization.InboundRequest;
import dev.weft.agent.engine.config.JwtFilter;
import dev.weft.agent.engine.config.JwtFilter.Requirement;
import dev.weft.agent.engine.match.PathMatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Envoy's filter for tokens, compiled. Immutable, but for what its verifiers hold. */
public final class TokenCheck {
  private static final TokenRefusal NONE = new TokenRefusal(TokenFailure.MISSING, "");

  private final Map<String, Provider> providers = new HashMap<>();
  private final List<Rule> rules = new ArrayList<>();
  private final List<String> madeHeaders;
  private final boolean bypassesCorsPreflight;

  /**
   * Compiles the filter.
   *
   * @throws IllegalArgumentException if a requirement names a provider that is not there
   */
  public TokenCheck(JwtFilter filter, TokenVerifier.Factory verifiers) {
    Set<String> made = new HashSet<>();
    filter
        .providers()
        .forEach(
            (name, provider) -> {
              providers.put(
                  name,
                  new Provider(
                      new TokenPlaces(provider),
                      verifiers.of(provider),
                      provider.audiences(),
                      provider.isForwarded()));
              provider.output().claimHeaders().forEach(header -> made.add(header.getKey()));
              if (!provider.output().payloadHeader().isEmpty()) {
                made.add(provider.output().payloadHeader());
              }
            });
    for (JwtFilter.Rule rule : filter.rules()) {
      checkNames(rule.requirement());
      rules.add(new Rule(new PathMatcher(rule.path()), rule.requirement()));
    }
    madeHeaders = List.copyOf(made);
    bypassesCorsPreflight = filter.bypassesCorsPreflight();
  }

  private void checkNames(@Nullable Requirement requirement) {
    if (requirement instanceof Requirement.Of of && !providers.containsKey(of.provider())) {
      throw new IllegalArgumentException("there is no provider " + of.provider());
    } else if (requirement instanceof Requirement.OneOf oneOf) {
      oneOf.requirements().forEach(this::checkNames);
    } else if (requirement instanceof Requirement.All all) {
      all.requirements().forEach(this::checkNames);
    }
  }

  /**
   * Returns why the request must not go on; null if it may. What its token says is noted in the
   * request.
   */
  public @Nullable TokenRefusal check(InboundRequest request) {
    request.removeHeaders(madeHeaders);
    if (bypassesCorsPreflight && isPreflight(request)) {
      return null;
    }
    for (Rule rule : rules) {
      if (rule.path().matches(request.path(), request.pathEnd())) {
        return rule.requirement() == null ? null : check(rule.requirement(), request);
      }
    }
    return null;
  }

  private static boolean isPreflight(InboundRequest request) {
    return request.method().equals("OPTIONS")
        && request.header("origin") != null
        && request.header("access-control-request-method") != null;
  }

  private @Nullable TokenRefusal check(Requirement requirement, InboundRequest request) {
    if (requirement instanceof Requirement.Of of) {
      return checkToken(of, request);
    } else if (requirement instanceof Requirement.OneOf oneOf) {
      return checkOneOf(oneOf, request);
    } else if (requirement instanceof Requirement.All all) {
      for (Requirement one : all.requirements()) {
        TokenRefusal refusal = check(one, request);
        if (refusal != null) {
          return refusal;
        }
      }
    }
    return null; // what is allowed to be missing stands for itself only beside others
  }

  private @Nullable TokenRefusal checkOneOf(Requirement.OneOf oneOf, InboundRequest request) {
    boolean mayBeMissing = false;
    TokenRefusal worst = null;
    for (Requirement one : oneOf.requirements()) {
      if (one instanceof Requirement.AllowMissing) {
        mayBeMissing = true;
        continue;
      }
      TokenRefusal refusal = check(one, request);
      if (refusal == null) {
        return null;
      }
      if (worst == null || isWorse(refusal.failure(), worst.failure())) {
        worst = refusal;
      }
    }
    if (worst == null || worst.failure() == TokenFailure.MISSING) {
      return mayBeMissing ? null : worst == null ? NONE : worst;
    }
    return worst;
  }

  /** Whether it says more of the request than another failure does; the first of equals counts. */
  private static boolean isWorse(TokenFailure failure, TokenFailure than) {
    return than == TokenFailure.MISSING
        ? failure != TokenFailure.MISSING
        : than.isAbsence() && !failure.isAbsence();
  }

  private @Nullable TokenRefusal checkToken(Requirement.Of of, InboundRequest request) {
    Provider provider = providers.get(of.provider());
    if (provider == null) {
      return new TokenRefusal(
          TokenFailure.UNKNOWN_ISSUER, of.provider()); // the constructor refuses this
    }
    TokenFailure failure = TokenFailure.MISSING;
    for (TokenPlaces.Found found : provider.places().find(request)) {
      TokenVerifier.Verdict verdict = provider.verifier().verify(found.token());
      if (verdict instanceof TokenVerifier.Verdict.Bad bad) {
        failure = bad.reason();
      } else if (verdict instanceof TokenVerifier.Verdict.Good good) {
        List<String> audiences = of.audiences().isEmpty() ? provider.audiences() : of.audiences();
        if (isForOneOf(good.audiences(), audiences)) {
          request.authenticated(good);
          if (!provider.isForwarded() && !found.header().isEmpty()) {
            request.removeHeaders(List.of(found.header()));
          }
          return null;
        }
        failure = TokenFailure.WRONG_AUDIENCE;
      }
    }
    return new TokenRefusal(failure, of.provider());
  }

  private static boolean isForOneOf(List<String> audiences, List<String> wanted) {
    return wanted.isEmpty() || wanted.stream().anyMatch(audiences::contains);
  }

  private record Rule(PathMatcher path, @Nullable Requirement requirement) {}

  private record Provider(
      TokenPlaces places, TokenVerifier verifier, List<String> audiences, boolean isForwarded) {}
}
