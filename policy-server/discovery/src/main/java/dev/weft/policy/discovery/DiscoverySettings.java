/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery;

import dev.weft.policy.compiler.MeshSettings;
import java.time.Duration;

/**
 * How discovery works.
 *
 * @param mesh what holds for the whole mesh
 * @param lease how long a workload stays after its stream dropped, and how long after a start
 *     nothing is taken away from agents
 * @param quiet how long nothing must change before it is compiled
 * @param maxDelay how long a change waits at most while others follow it
 */
public record DiscoverySettings(
    MeshSettings mesh, Duration lease, Duration quiet, Duration maxDelay) {
  /** 15 s lease, 10 ms quiet, 100 ms at most. */
  public static final DiscoverySettings DEFAULT =
      new DiscoverySettings(
          MeshSettings.DEFAULT,
          Duration.ofSeconds(15),
          Duration.ofMillis(10),
          Duration.ofMillis(100));

  /** Returns these settings for another mesh. */
  public DiscoverySettings withMesh(MeshSettings other) {
    return new DiscoverySettings(other, lease, quiet, maxDelay);
  }
}
