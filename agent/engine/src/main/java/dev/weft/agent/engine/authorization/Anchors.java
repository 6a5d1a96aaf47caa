/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.authorization;

import dev.weft.agent.engine.config.RbacCondition;
import dev.weft.agent.engine.config.RbacFilter;
import dev.weft.agent.engine.config.StringMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a request must have for a policy to match at all: one of some names of callers, or one of
 * some paths or beginnings of paths. Policies are looked up by them.
 *
 * @param values the texts
 * @param kind what they are of
 */
record Anchors(List<Anchor> values, Kind kind) {
  Anchors {
    values = List.copyOf(values);
  }

  /** What is looked up. */
  enum Kind {
    /** The caller's name. */
    PEER_NAME,
    /** The path. */
    PATH
  }

  /**
   * One of them.
   *
   * @param isPrefix whether what starts with it will do
   */
  record Anchor(String text, boolean isPrefix) {}

  /** Returns a policy's anchors; null if it has none and has to be asked always. */
  static @Nullable Anchors of(RbacFilter.Policy policy) {
    List<Anchor> names = ofOneOf(policy.principals(), Anchors::ofName);
    if (names != null) {
      return new Anchors(names, Kind.PEER_NAME);
    }
    List<Anchor> paths = ofOneOf(policy.permissions(), Anchors::ofPath);
    return paths == null ? null : new Anchors(paths, Kind.PATH);
  }

  private static @Nullable List<Anchor> ofName(RbacCondition condition) {
    return condition instanceof RbacCondition.PeerName name
            && name.match() instanceof StringMatch.Exact exact
            && !exact.ignoreCase()
        ? List.of(new Anchor(exact.value(), false))
        : null;
  }

  private static @Nullable List<Anchor> ofPath(RbacCondition condition) {
    if (condition instanceof RbacCondition.PathTemplate template) {
      String prefix = PathTemplateMatcher.of(template.template()).literalPrefix();
      return isPlain(prefix, false) ? List.of(new Anchor(prefix, true)) : null;
    }
    if (!(condition instanceof RbacCondition.Path path)) {
      return null;
    }
    if (path.match() instanceof StringMatch.Exact exact
        && isPlain(exact.value(), exact.ignoreCase())) {
      return List.of(new Anchor(exact.value(), false));
    }
    return path.match() instanceof StringMatch.Prefix prefix
            && isPlain(prefix.value(), prefix.ignoreCase())
        ? List.of(new Anchor(prefix.value(), true))
        : null;
  }

  private static boolean isPlain(String text, boolean ignoreCase) {
    return !ignoreCase && !text.isEmpty() && text.indexOf('%') < 0;
  }

  private static @Nullable List<Anchor> find(
      RbacCondition condition, Function<RbacCondition, @Nullable List<Anchor>> leaf) {
    if (condition instanceof RbacCondition.All all) {
      for (RbacCondition one : all.conditions()) {
        List<Anchor> found = find(one, leaf);
        if (found != null) {
          return found;
        }
      }
      return null;
    }
    return condition instanceof RbacCondition.OneOf oneOf
        ? ofOneOf(oneOf.conditions(), leaf)
        : leaf.apply(condition);
  }

  private static @Nullable List<Anchor> ofOneOf(
      List<RbacCondition> conditions, Function<RbacCondition, @Nullable List<Anchor>> leaf) {
    List<Anchor> all = new ArrayList<>();
    for (RbacCondition condition : conditions) {
      List<Anchor> found = find(condition, leaf);
      if (found == null) {
        return null;
      }
      all.addAll(found);
    }
    return all;
  }
}
