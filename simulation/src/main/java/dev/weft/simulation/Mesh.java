/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import dev.weft.policy.compiler.MeshSettings;

/**
 * What holds for a whole mesh.
 *
 * @param domain the end of full service names, such as {@code cluster.local}
 * @param outboundPolicy what becomes of calls to hosts that the mesh does not know
 */
public record Mesh(String domain, OutboundPolicy outboundPolicy) {

  /** Returns these settings in the compiler's words. */
  MeshSettings settings() {
    return new MeshSettings(
        domain,
        MeshSettings.DEFAULT.trustDomain(),
        MeshSettings.DEFAULT.trustDomainAliases(),
        MeshSettings.OutboundPolicy.valueOf(outboundPolicy.name()),
        MeshSettings.DEFAULT.rootNamespace(),
        MeshSettings.DEFAULT.connectTimeout());
  }

  /** Istio's {@code outboundTrafficPolicy}. */
  public enum OutboundPolicy {
    /** They go out as they would without the mesh. */
    ALLOW_ANY,
    /** They are refused. */
    REGISTRY_ONLY
  }
}
