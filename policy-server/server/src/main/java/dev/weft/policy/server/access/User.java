/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.access;

import java.util.Set;

/**
 * A user of the API.
 *
 * @param name for the audit log
 * @param role what it may do
 * @param namespaces where; empty for everywhere
 */
record User(String name, Role role, Set<String> namespaces) {
  User {
    namespaces = Set.copyOf(namespaces);
  }

  /**
   * Returns whether the user may do what needs a role.
   *
   * @param namespace where; empty for something that is in no namespace or in all
   */
  boolean may(Role needed, String namespace) {
    return role.includes(needed) && (namespaces.isEmpty() || namespaces.contains(namespace));
  }
}
