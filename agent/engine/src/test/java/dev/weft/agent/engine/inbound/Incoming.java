/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.inbound;

import dev.weft.agent.seam.RequestReader;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that comes in over no library. */
record Incoming(String method, String path, Map<String, String> headers) {
  static Incoming get(String path) {
    return new Incoming("GET", path, Map.of("host", "orders.shop"));
  }

  Incoming with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Incoming(method, path, more);
  }

  Incoming method(String other) {
    return new Incoming(other, path, headers);
  }

  /** Reads it. */
  static final class Reader implements RequestReader<Incoming> {
    static final Reader INSTANCE = new Reader();

    @Override
    public @Nullable String host(Incoming request) {
      return request.headers.get("host");
    }

    @Override
    public int port(Incoming request) {
      return 8080;
    }

    @Override
    public String method(Incoming request) {
      return request.method;
    }

    @Override
    public String path(Incoming request) {
      if (request.path.isEmpty()) {
        throw new IllegalStateException("the library is broken");
      }
      return request.path;
    }

    @Override
    public @Nullable String header(Incoming request, String name) {
      return request.headers.get(name);
    }

    @Override
    public boolean isMutable(Incoming request) {
      return !request.headers.containsKey("x-fixed");
    }

    @Override
    public boolean isReplayable(Incoming request) {
      return false;
    }
  }
}
