/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.HeaderWriter;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A copy of headers to write to. Not thread-safe. */
final class MutableHeaders {
  static final HeaderWriter<MutableHeaders> WRITER = new Writer();

  /** What the library sets itself and refuses from a request. */
  private static final Set<String> RESTRICTED =
      Set.of("connection", "content-length", "expect", "upgrade");

  private final Map<String, List<String>> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  MutableHeaders(HttpHeaders headers) {
    values.putAll(headers.map());
  }

  /** Takes the Host header out, which the library takes from the URI; null if there is none. */
  @Nullable String takeHost() {
    List<String> host = values.remove("host");
    return host == null || host.isEmpty() ? null : host.get(0);
  }

  HttpHeaders toRequestHeaders() {
    values.keySet().removeAll(RESTRICTED);
    return toHeaders();
  }

  HttpHeaders toHeaders() {
    return HttpHeaders.of(values, (name, value) -> true);
  }

  private static final class Writer implements HeaderWriter<MutableHeaders> {
    @Override
    public void set(MutableHeaders headers, String name, String value) {
      headers.values.put(name, List.of(value));
    }

    @Override
    public void add(MutableHeaders headers, String name, String value) {
      List<String> all = new ArrayList<>(headers.values.getOrDefault(name, List.of()));
      all.add(value);
      headers.values.put(name, all);
    }

    @Override
    public void remove(MutableHeaders headers, String name) {
      headers.values.remove(name);
    }
  }
}
