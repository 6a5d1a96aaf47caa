/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import io.grpc.Context;
import org.jspecify.annotations.Nullable;

/**
 * Who an agent proved to be by its certificate.
 *
 * @param namespace its namespace
 * @param serviceAccount its service account
 * @param spiffeId the whole identity, for messages
 */
public record AgentIdentity(String namespace, String serviceAccount, String spiffeId) {
  /** Where a call's identity is; null if the agent showed no certificate. */
  public static final Context.Key<@Nullable AgentIdentity> KEY = Context.key("weft-agent-identity");

  /**
   * Returns what an agent says of itself that its certificate does not, with the field and what was
   * expected; null if all fits.
   *
   * @param claimedAccount empty if it says none
   */
  public @Nullable String problem(String claimedNamespace, String claimedAccount) {
    if (!claimedNamespace.equals(namespace)) {
      return "namespace: \""
          + claimedNamespace
          + "\" (expected: "
          + namespace
          + ", as the certificate for "
          + spiffeId
          + " says)";
    }
    if (!claimedAccount.isEmpty() && !claimedAccount.equals(serviceAccount)) {
      return "service_account: \""
          + claimedAccount
          + "\" (expected: "
          + serviceAccount
          + ", as the certificate for "
          + spiffeId
          + " says)";
    }
    return null;
  }
}
