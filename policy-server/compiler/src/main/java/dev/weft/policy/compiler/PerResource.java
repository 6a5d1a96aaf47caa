/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.Finding;
import dev.weft.policy.model.PolicyResource;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * What one compiler step made of each resource, with what it found; for the next compilation, where
 * most resources are the same objects. Not thread-safe.
 */
final class PerResource<V> {
  private final IdentityHashMap<PolicyResource, Made<V>> before;
  private final IdentityHashMap<PolicyResource, Made<V>> made = new IdentityHashMap<>();

  private PerResource(IdentityHashMap<PolicyResource, Made<V>> before) {
    this.before = before;
  }

  /** Remembers nothing yet. */
  static <V> PerResource<V> empty() {
    return new PerResource<>(new IdentityHashMap<>());
  }

  /** Returns the same step for the next compilation, which may take over what this one made. */
  PerResource<V> next() {
    return new PerResource<>(made);
  }

  /** Returns what is made of a resource, and adds what is found to the findings. */
  V get(
      PolicyResource resource, Set<Finding> findings, BiFunction<PolicyResource, Report, V> step) {
    Made<V> known = made.get(resource);
    if (known == null) {
      known = before.get(resource);
    }
    if (known == null) {
      Set<Finding> found = new LinkedHashSet<>();
      V value = step.apply(resource, new Report(resource.key(), found));
      known = new Made<>(value, List.copyOf(found));
    }
    made.put(resource, known);
    findings.addAll(known.findings());
    return known.value();
  }

  private record Made<V>(V value, List<Finding> findings) {}
}
