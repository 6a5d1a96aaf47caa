/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.RequestReader;
import org.jspecify.annotations.Nullable;

/** Reads a gRPC call. Stateless. */
final class MeshRequestReader implements RequestReader<MeshRequest> {
  static final MeshRequestReader INSTANCE = new MeshRequestReader();

  private MeshRequestReader() {}

  @Override
  public String host(MeshRequest request) {
    return request.authority().host();
  }

  @Override
  public int port(MeshRequest request) {
    return request.authority().port();
  }

  @Override
  public String method(MeshRequest request) {
    return "POST";
  }

  @Override
  public String path(MeshRequest request) {
    return '/' + request.fullMethodName();
  }

  @Override
  public @Nullable String header(MeshRequest request, String name) {
    return MetadataHeaders.get(request.headers(), name);
  }

  @Override
  public boolean isReplayable(MeshRequest request) {
    return request.isReplayable();
  }

  @Override
  public boolean isGrpc(MeshRequest request) {
    return true;
  }
}
