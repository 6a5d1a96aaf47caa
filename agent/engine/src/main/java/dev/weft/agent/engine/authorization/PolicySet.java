/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.RbacFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Policies of one action, looked up by what a request must have for them to match. Immutable once
 * made; deciding makes no object.
 */
final class PolicySet {
  private static final int NONE = -1;
  private static final int[] NO_POLICIES = {};

  private final RbacFilter.Action action;
  private final Compiled[] policies;
  private final int[] always;
  private final Map<String, int[]> byName;
  private final PathIndex byPath;
  private final boolean looksAtPath;

  /**
   * Compiles policies.
   *
   * @throws IllegalArgumentException if one has a bad value
   */
  PolicySet(RbacFilter.Rules rules, PolicyMatch.Effect effect) {
    action = rules.action();
    policies = new Compiled[rules.policies().size()];
    List<Integer> unanchored = new ArrayList<>();
    Map<String, List<Integer>> names = new HashMap<>();
    Map<Integer, Anchors> paths = new HashMap<>();
    boolean hasPath = false;
    for (int i = 0; i < policies.length; i++) {
      RbacFilter.Policy policy = rules.policies().get(i);
      hasPath |= policy.permissions().stream().anyMatch(PolicySet::looksAtPath);
      hasPath |= policy.principals().stream().anyMatch(PolicySet::looksAtPath);
      policies[i] = new Compiled(policy, effect);
      Anchors anchors = Anchors.of(policy);
      if (anchors == null) {
        unanchored.add(i);
      } else if (anchors.kind() == Anchors.Kind.PATH) {
        paths.put(i, anchors);
      } else {
        for (Anchors.Anchor anchor : anchors.values()) {
          names.computeIfAbsent(anchor.text(), text -> new ArrayList<>()).add(i);
        }
      }
    }
    looksAtPath = hasPath;
    always = unanchored.stream().mapToInt(Integer::intValue).toArray();
    byPath = PathIndex.of(paths);
    byName = new HashMap<>();
    names.forEach(
        (name, numbers) ->
            byName.put(name, numbers.stream().mapToInt(Integer::intValue).distinct().toArray()));
  }

  private static boolean looksAtPath(RbacCondition condition) {
    if (condition instanceof RbacCondition.All all) {
      return all.conditions().stream().anyMatch(PolicySet::looksAtPath);
    } else if (condition instanceof RbacCondition.OneOf oneOf) {
      return oneOf.conditions().stream().anyMatch(PolicySet::looksAtPath);
    } else if (condition instanceof RbacCondition.Not not) {
      return looksAtPath(not.condition());
    }
    return condition instanceof RbacCondition.Path
        || condition instanceof RbacCondition.PathTemplate;
  }

  RbacFilter.Action action() {
    return action;
  }

  /** Returns whether some policy looks at the path. */
  boolean looksAtPath() {
    return looksAtPath;
  }

  /** Returns a policy that matches; null if none does. */
  @Nullable PolicyMatch match(InboundRequest request) {
    int found = first(always, request);
    if (found == NONE) {
      String name = request.peer().spiffeId();
      found = name == null ? NONE : first(byName.getOrDefault(name, NO_POLICIES), request);
    }
    if (found == NONE) {
      found = byPath.find(request, this);
    }
    return found == NONE ? null : policies[found].match;
  }

  /** Returns the first of these policies that matches; -1 if none does. */
  int first(int[] numbers, InboundRequest request) {
    for (int number : numbers) {
      Compiled policy = policies[number];
      if (policy.principals.matches(request) && policy.permissions.matches(request)) {
        return number;
      }
    }
    return NONE;
  }

  private static final class Compiled {
    private final Condition permissions;
    private final Condition principals;
    private final PolicyMatch match;

    Compiled(RbacFilter.Policy policy, PolicyMatch.Effect effect) {
      permissions = Condition.oneOf(Condition.compile(policy.permissions()));
      principals = Condition.oneOf(Condition.compile(policy.principals()));
      match = new PolicyMatch(effect, policy.name());
    }
  }
}
