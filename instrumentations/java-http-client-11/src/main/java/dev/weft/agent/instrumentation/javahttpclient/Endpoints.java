/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints' addresses under their connection keys as host names. The library's pools ask for the
 * host name: HTTP/2's by nothing else but it and the port, so two endpoints with the same port and
 * the same logical name would share one connection. Thread-safe.
 */
final class Endpoints {
  /** Far more endpoints than a process talks to at a time; then the cache starts afresh. */
  private static final int LIMIT = 10_000;

  private static final Map<String, InetSocketAddress> BY_KEY = new ConcurrentHashMap<>();

  private Endpoints() {}

  /** Returns the attempt's address; null if it has none. */
  static @Nullable InetSocketAddress named(Attempt attempt) {
    InetSocketAddress address = attempt.address();
    if (address == null) {
      return null;
    }
    String key = attempt.connectionKey();
    InetSocketAddress known = BY_KEY.get(key);
    if (known != null && known.equals(address)) {
      return known;
    }
    InetSocketAddress named = rename(address, key);
    if (BY_KEY.size() >= LIMIT) {
      BY_KEY.clear();
    }
    BY_KEY.put(key, named);
    return named;
  }

  private static InetSocketAddress rename(InetSocketAddress address, String name) {
    InetAddress ip = address.getAddress();
    if (ip == null) {
      return address;
    }
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(name, ip.getAddress()), address.getPort());
    } catch (UnknownHostException e) {
      throw new IllegalStateException(ip + " has no valid length", e);
    }
  }
}
