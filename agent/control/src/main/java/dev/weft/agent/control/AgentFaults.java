/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

/**
 * The agent's own faults that were caught since its start.
 *
 * @param count how many
 * @param last the last of them; empty if there is none
 */
public record AgentFaults(long count, String last) {
  /** None yet. */
  public static final AgentFaults NONE = new AgentFaults(0, "");
}
