/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.PolicyResource;
import java.util.Map;

/**
 * The workloads that a policy is for: those of its namespace, or of all if it stands in the root
 * namespace, that have its labels.
 *
 * @param namespace the policy's namespace
 * @param isMeshWide whether it stands in the root namespace
 * @param labels what the workloads have; empty for all
 */
record WorkloadSelector(String namespace, boolean isMeshWide, Map<String, String> labels) {
  WorkloadSelector {
    labels = Map.copyOf(labels);
  }

  static WorkloadSelector of(PolicyResource resource, String rootNamespace) {
    return new WorkloadSelector(
        resource.namespace(),
        resource.namespace().equals(rootNamespace),
        Field.spec(resource).get("selector").get("matchLabels").textMembers());
  }

  boolean selects(String workloadNamespace, Map<String, String> workloadLabels) {
    return (isMeshWide || namespace.equals(workloadNamespace))
        && workloadLabels.entrySet().containsAll(labels.entrySet());
  }
}
