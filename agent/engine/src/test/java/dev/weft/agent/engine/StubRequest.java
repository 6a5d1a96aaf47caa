/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.seam.RequestReader;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request of no library. */
record StubRequest(
    String method,
    String host,
    int port,
    String path,
    Map<String, String> headers,
    boolean replayable,
    boolean grpc) {
  static StubRequest get(String host, int port, String path) {
    return new StubRequest("GET", host, port, path, Map.of(), true, false);
  }

  StubRequest with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new StubRequest(method, host, port, path, more, replayable, grpc);
  }

  StubRequest method(String other) {
    return new StubRequest(other, host, port, path, headers, replayable, grpc);
  }

  StubRequest notReplayable() {
    return new StubRequest(method, host, port, path, headers, false, grpc);
  }

  StubRequest asGrpc() {
    return new StubRequest("POST", host, port, path, headers, replayable, true);
  }

  /** Reads it. */
  static class Reader implements RequestReader<StubRequest> {
    static final Reader INSTANCE = new Reader();

    @Override
    public @Nullable String host(StubRequest request) {
      return request.host;
    }

    @Override
    public int port(StubRequest request) {
      return request.port;
    }

    @Override
    public String method(StubRequest request) {
      return request.method;
    }

    @Override
    public String path(StubRequest request) {
      return request.path;
    }

    @Override
    public @Nullable String header(StubRequest request, String name) {
      return request.headers.get(name);
    }

    @Override
    public boolean isReplayable(StubRequest request) {
      return request.replayable;
    }

    @Override
    public boolean isGrpc(StubRequest request) {
      return request.grpc;
    }
  }
}
