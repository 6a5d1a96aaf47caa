/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.RequestReader;
import org.jspecify.annotations.Nullable;

/** Reads a gRPC call that came in. Stateless. */
final class InboundReader implements RequestReader<InboundRequest> {
  static final InboundReader INSTANCE = new InboundReader();

  private InboundReader() {}

  @Override
  public @Nullable String host(InboundRequest request) {
    String authority = request.authority();
    return authority == null ? null : Authority.parse(authority, 0).host();
  }

  @Override
  public @Nullable String authority(InboundRequest request) {
    return request.authority();
  }

  @Override
  public int port(InboundRequest request) {
    return request.localPort();
  }

  @Override
  public String method(InboundRequest request) {
    return "POST";
  }

  @Override
  public String path(InboundRequest request) {
    return '/' + request.fullMethodName();
  }

  @Override
  public @Nullable String header(InboundRequest request, String name) {
    return MetadataHeaders.get(request.headers(), name);
  }

  @Override
  public boolean isMutable(InboundRequest request) {
    return true;
  }

  @Override
  public boolean isReplayable(InboundRequest request) {
    return false;
  }

  @Override
  public boolean isGrpc(InboundRequest request) {
    return true;
  }
}
