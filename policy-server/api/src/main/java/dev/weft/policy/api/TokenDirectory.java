/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Knows the join tokens by which workloads get their first certificate. Thread-safe; may block. */
public interface TokenDirectory {
  /**
   * Returns all tokens without their secrets, each as {@code id}, {@code namespace}, {@code
   * serviceAccount}, {@code reusable}, {@code created}, {@code expires}, {@code state}, and {@code
   * used} and {@code revoked} if there is such a time; the oldest first.
   */
  List<ObjectNode> tokens();

  /**
   * Makes a token and returns it like {@link #tokens}, with its text as {@code token}: the one time
   * that it is told.
   *
   * @throws IllegalArgumentException if no workload can have that namespace or service account
   * @throws IOException if it cannot be kept
   */
  ObjectNode create(String namespace, String serviceAccount, boolean reusable, Duration lifetime)
      throws IOException;

  /**
   * Revokes a token.
   *
   * @return what is known of it; null if there is none of that id
   * @throws IOException if that cannot be kept
   */
  @Nullable ObjectNode revoke(String id) throws IOException;

  /**
   * Returns what clients verify the server by: {@code trustDomain}, {@code pins} and the
   * certificates in PEM as {@code bundle}. No secret.
   */
  ObjectNode trust();
}
