/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine;

import dev.weft.agent.seam.RequestReader;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that nobody sends. Header names are in lower case. */
record ExplainedRequest(
    String method, String host, int port, String path, Map<String, String> headers) {
  /** Reads it. */
  static final class Reader implements RequestReader<ExplainedRequest> {
    static final Reader INSTANCE = new Reader();

    @Override
    public String host(ExplainedRequest request) {
      return request.host;
    }

    @Override
    public int port(ExplainedRequest request) {
      return request.port;
    }

    @Override
    public String method(ExplainedRequest request) {
      return request.method;
    }

    @Override
    public String path(ExplainedRequest request) {
      return request.path;
    }

    @Override
    public @Nullable String header(ExplainedRequest request, String name) {
      return request.headers.get(name);
    }

    @Override
    public boolean isReplayable(ExplainedRequest request) {
      return true;
    }
  }
}
