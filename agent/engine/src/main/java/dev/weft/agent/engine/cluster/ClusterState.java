/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.cluster;

import dev.weft.agent.engine.outlier.EjectionState;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of one cluster. Thread-safe; outlives a push. */
final class ClusterState {
  final AtomicInteger requests = new AtomicInteger();
  final AtomicInteger retries = new AtomicInteger();
  final AtomicInteger turns = new AtomicInteger();
  final EjectionState ejections = new EjectionState();
}
