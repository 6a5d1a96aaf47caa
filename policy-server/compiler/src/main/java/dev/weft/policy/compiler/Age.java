/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.PolicyResource;
import java.util.Comparator;

/**
 * What orders resources that are for the same thing: the older first, then by name.
 *
 * @param created when, in RFC 3339, which orders as text; empty, and so oldest, if not known
 * @param name namespace and name
 */
record Age(String created, String name) implements Comparable<Age> {
  private static final Comparator<Age> ORDER =
      Comparator.comparing(Age::created).thenComparing(Age::name);

  static Age of(PolicyResource resource) {
    return new Age(
        resource.json().path("metadata").path("creationTimestamp").asText(""),
        resource.namespace() + "/" + resource.name());
  }

  @Override
  public int compareTo(Age other) {
    return ORDER.compare(this, other);
  }
}
