/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A call that came in.
 *
 * @param authority what the client called; null if it did not say
 */
record InboundRequest(
    @Nullable String authority, String fullMethodName, Metadata headers, int localPort) {}
