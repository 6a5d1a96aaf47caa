/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.protocol.names;

/**
 * Who the policy server is in its own mesh. No workload gets this identity, so an agent that expects
 * it cannot be answered by another workload of the same CA.
 */
public final class PolicyServerIdentity {
  /** Its namespace. */
  public static final String NAMESPACE = "weft-system";

  /** Its service account. */
  public static final String SERVICE_ACCOUNT = "policy-server";

  private PolicyServerIdentity() {}

  /** Returns its SPIFFE ID in a trust domain. */
  public static String spiffeId(String trustDomain) {
    return "spiffe://" + trustDomain + "/ns/" + NAMESPACE + "/sa/" + SERVICE_ACCOUNT;
  }
}
