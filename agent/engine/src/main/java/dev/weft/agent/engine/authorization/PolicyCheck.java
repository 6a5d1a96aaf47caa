/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import dev.weft.agent.engine.config.RbacFilter;
import dev.weft.agent.engine.config.RbacFilter.Action;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Envoy's RBAC filter, compiled. Immutable; deciding makes no object. */
public final class PolicyCheck {
  private static final PolicyMatch NONE_ALLOWS = new PolicyMatch(PolicyMatch.Effect.DENIED, "none");
  private static final PolicyMatch NONE_WOULD_ALLOW =
      new PolicyMatch(PolicyMatch.Effect.WOULD_DENY, "none");

  /** No policy can be asked about a path that leads out of the root. */
  private static final PolicyMatch NO_SUCH_PATH =
      new PolicyMatch(PolicyMatch.Effect.DENIED, "path");

  private final @Nullable PolicySet rules;
  private final @Nullable PolicySet shadowRules;

  /**
   * Compiles the filter.
   *
   * @throws IllegalArgumentException if a policy has a bad value
   */
  public PolicyCheck(RbacFilter filter) {
    rules = filter.rules() == null ? null : set(filter.rules(), PolicyMatch.Effect.DENIED);
    shadowRules =
        filter.shadowRules() == null
            ? null
            : set(filter.shadowRules(), PolicyMatch.Effect.WOULD_DENY);
  }

  private static PolicySet set(RbacFilter.Rules rules, PolicyMatch.Effect effect) {
    return new PolicySet(rules, rules.action() == Action.LOG ? PolicyMatch.Effect.AUDITED : effect);
  }

  /**
   * Returns what refuses the request; null if nothing does.
   *
   * @param noted gets what is not enforced: dry runs and audits
   */
  public @Nullable PolicyMatch check(InboundRequest request, Consumer<PolicyMatch> noted) {
    if (shadowRules != null) {
      PolicyMatch match = decide(shadowRules, request, NONE_WOULD_ALLOW);
      if (match != null) {
        noted.accept(match);
      }
    }
    PolicyMatch match = rules == null ? null : decide(rules, request, NONE_ALLOWS);
    if (match != null && match.effect() == PolicyMatch.Effect.AUDITED) {
      noted.accept(match);
      return null;
    }
    return match;
  }

  private static @Nullable PolicyMatch decide(
      PolicySet set, InboundRequest request, PolicyMatch ifNoneAllows) {
    PolicyMatch sent = decideOnce(set, request, ifNoneAllows);
    if (sent != null
        || !set.looksAtPath()
        || CanonicalPath.is(request.rawPath(), request.pathEnd())) {
      return sent;
    }
    String canonical = CanonicalPath.of(request.rawPath(), request.pathEnd());
    if (canonical == null) {
      return set.action() == Action.LOG ? null : NO_SUCH_PATH;
    }
    request.viewPath(canonical);
    try {
      return decideOnce(set, request, ifNoneAllows);
    } finally {
      request.viewPath(null);
    }
  }

  private static @Nullable PolicyMatch decideOnce(
      PolicySet set, InboundRequest request, PolicyMatch ifNoneAllows) {
    PolicyMatch match = set.match(request);
    if (set.action() == Action.ALLOW) {
      return match == null ? ifNoneAllows : null;
    }
    return match;
  }
}
