/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.registry;

/**
 * A port that this process serves.
 *
 * @param servicePort the port that callers name
 * @param targetPort the port that the process listens on
 * @param protocol {@code http}, {@code http2}, {@code grpc}, {@code https} or {@code tcp}
 * @param isTls whether callers may speak the mesh's TLS there now
 * @param hook the instrumentation that reported it
 */
public record ServedPort(
    int servicePort, int targetPort, String protocol, boolean isTls, String hook) {}
