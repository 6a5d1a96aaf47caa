/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's {@code envoy.filters.http.rbac}.
 *
 * @param rules what is enforced; null for nothing
 * @param shadowRules what is counted only; null for nothing
 */
public record RbacFilter(@Nullable Rules rules, @Nullable Rules shadowRules)
    implements InboundFilter {

  /** What happens to a request that a policy matches. */
  public enum Action {
    /** It goes on; others are refused. */
    ALLOW,
    /** It is refused; others go on. */
    DENY,
    /** It is noted, and goes on as others do. */
    LOG
  }

  /**
   * Policies of one action.
   *
   * @param policies a request matches if one of them does
   */
  public record Rules(Action action, List<Policy> policies) {
    /** Copies the collection. */
    public Rules {
      policies = List.copyOf(policies);
    }
  }

  /**
   * A policy matches if one of its permissions and one of its principals do.
   *
   * @param name its name, for counts and logs
   * @param permissions what is asked for
   * @param principals who asks
   */
  public record Policy(
      String name, List<RbacCondition> permissions, List<RbacCondition> principals) {
    /** Copies the collections. */
    public Policy {
      permissions = List.copyOf(permissions);
      principals = List.copyOf(principals);
    }
  }
}
