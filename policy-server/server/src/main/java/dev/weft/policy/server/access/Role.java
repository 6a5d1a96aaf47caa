/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server.access;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a user of the API may do; each may do what those before it may. */
enum Role {
  /** See policies and agents. */
  READER,
  /** Change policies. */
  EDITOR,
  /** Make identities. */
  ADMIN;

  /** Returns the role of a name in lower case; null if there is none. */
  static @Nullable Role of(String name) {
    for (Role role : values()) {
      if (role.toString().equals(name)) {
        return role;
      }
    }
    return null;
  }

  boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
