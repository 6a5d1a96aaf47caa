/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.discovery.registry;

import dev.weft.protocol.registry.v1.AgentReport;
import dev.weft.protocol.registry.v1.Workload;
import java.time.Instant;

/**
 * An agent as the registry knows it.
 *
 * @param workload what it announced
 * @param report what it reported last; the default instance if it has not yet
 * @param isConnected whether its stream is open; otherwise its lease runs
 * @param connectedAt when the stream that it has, or had last, was opened
 * @param heardAt when it said something last
 */
public record AgentView(
    Workload workload,
    AgentReport report,
    boolean isConnected,
    Instant connectedAt,
    Instant heardAt) {}
