/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a path below {@code /api} or {@code /apis} names.
 *
 * @param group the API group; empty for the core group
 * @param version the version
 * @param namespace the namespace, or null for all
 * @param plural the plural of the kind
 * @param name the resource, or null for the collection
 * @param subresource {@code status}, or empty
 */
record ResourcePath(
    String group,
    String version,
    @Nullable String namespace,
    String plural,
    @Nullable String name,
    String subresource) {

  /**
   * Reads the part of a path after the group.
   *
   * @param rest version, then optionally {@code namespaces/<namespace>}, then plural, name,
   *     subresource
   * @return null if there is no such path
   */
  static @Nullable ResourcePath parse(String group, List<String> rest) {
    if (rest.size() < 2) {
      return null;
    }
    String version = rest.get(0);
    boolean isInNamespace = rest.get(1).equals("namespaces") && rest.size() > 3;
    List<String> own = rest.subList(isInNamespace ? 3 : 1, rest.size());
    if (own.size() > 3) {
      return null;
    }
    return new ResourcePath(
        group,
        version,
        isInNamespace ? rest.get(2) : null,
        own.get(0),
        own.size() > 1 ? own.get(1) : null,
        own.size() > 2 ? own.get(2) : "");
  }
}
