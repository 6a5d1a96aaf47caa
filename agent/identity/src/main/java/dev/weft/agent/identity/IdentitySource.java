/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import org.jspecify.annotations.Nullable;

/** Where the identity in force is read. Thread-safe. */
@FunctionalInterface
public interface IdentitySource {
  /**
   * Returns the identity in force, or null as long as there was none. Once there was one it is
   * never null again, even if it has expired. Reads one reference; never blocks.
   */
  @Nullable WorkloadIdentity current();
}
