/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

/**
 * Names one resource. Orders by kind, namespace, name.
 *
 * @param kind the kind
 * @param namespace a DNS label
 * @param name unique in the namespace among resources of the kind
 */
public record ResourceKey(Kind kind, String namespace, String name)
    implements Comparable<ResourceKey> {

  @Override
  public int compareTo(ResourceKey other) {
    int byKind = kind.compareTo(other.kind);
    if (byKind != 0) {
      return byKind;
    }
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  /** Returns the key as logs and findings show it: {@code VirtualService shop/orders}. */
  @Override
  public String toString() {
    return kind.name() + " " + namespace + "/" + name;
  }
}
