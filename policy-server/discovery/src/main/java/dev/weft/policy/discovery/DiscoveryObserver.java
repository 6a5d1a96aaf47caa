/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import dev.weft.policy.discovery.registry.AgentView;
import dev.weft.policy.model.Finding;
import java.util.List;

/**
 * Is told what the API should show. Called on discovery's threads, never by two at the same time
 * for the same method; must not block for long.
 */
public interface DiscoveryObserver {
  /** An agent refused resources. Told once for each refusal; nothing is sent again unchanged. */
  void onNack(Nack nack);

  /**
   * The resources were compiled as they were at a revision of the store.
   *
   * @param findings what is wrong with any of them; resources without a finding are in effect
   */
  void onCompiled(long revision, List<Finding> findings);

  /**
   * The announced workloads have changed. Reports come without this.
   *
   * @param agents all agents that are announced, in the order of namespace, service and instance
   */
  void onWorkloads(List<AgentView> agents);
}
