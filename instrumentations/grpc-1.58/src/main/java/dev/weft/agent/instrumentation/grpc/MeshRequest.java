/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.Metadata;

/** What the mesh reads of a call before it decides. */
interface MeshRequest {
  /** Returns the host of the authority that will be sent, and the port of the channel's target. */
  Authority authority();

  /** Returns the method with its service, without a leading slash. */
  String fullMethodName();

  /** Returns the request's headers as the application and its interceptors made them. */
  Metadata headers();

  /** Returns whether all that was sent so far can be sent once more. */
  boolean isReplayable();
}
