/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;

/** The innermost interceptor of a woven channel: what the application added runs before it. */
final class MeshInterceptor implements ClientInterceptor {
  private final MeshChannel mesh;

  MeshInterceptor(MeshChannel mesh) {
    this.mesh = mesh;
  }

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
    return mesh.isBuilt()
        ? new DecidingCall<>(mesh, method, options, next)
        : next.newCall(method, options);
  }
}
