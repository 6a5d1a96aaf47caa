/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which namespaces see a resource: Istio's {@code exportTo}.
 *
 * @param isPublic whether all do
 * @param namespaces those that do, if not all
 */
record Visibility(boolean isPublic, Set<String> namespaces) {
  static final Visibility PUBLIC = new Visibility(true, Set.of());

  Visibility {
    namespaces = Set.copyOf(namespaces);
  }

  /** Reads {@code exportTo}; none means everywhere. */
  static Visibility of(List<String> exportTo, String ownNamespace) {
    Set<String> namespaces = new HashSet<>();
    for (String target : exportTo) {
      switch (target) {
        case "*" -> {
          return PUBLIC;
        }
        case "." -> namespaces.add(ownNamespace);
        case "~" -> {}
        default -> namespaces.add(target);
      }
    }
    return exportTo.isEmpty() ? PUBLIC : new Visibility(false, namespaces);
  }

  boolean includes(String namespace) {
    return isPublic || namespaces.contains(namespace);
  }

  /** Returns whether some namespace sees both. */
  boolean overlaps(Visibility other) {
    if (isPublic || other.isPublic) {
      return (isPublic || !namespaces.isEmpty()) && (other.isPublic || !other.namespaces.isEmpty());
    }
    return namespaces.stream().anyMatch(other.namespaces::contains);
  }
}
