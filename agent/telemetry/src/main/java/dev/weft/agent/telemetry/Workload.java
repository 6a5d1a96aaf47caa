/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.telemetry;

/**
 * This process in the metrics' labels.
 *
 * @param service the service's name
 * @param namespace its namespace
 * @param version the label {@code version}; empty if there is none
 * @param host the service's fully qualified host
 */
public record Workload(String service, String namespace, String version, String host) {}
