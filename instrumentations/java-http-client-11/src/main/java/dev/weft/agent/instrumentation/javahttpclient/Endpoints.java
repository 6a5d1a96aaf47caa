/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.ClientTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints' addresses under their connection keys as host names. The library's pools ask for the
 * host name: HTTP/2's by nothing else but it and the port, so two endpoints with the same port and
 * the same logical name would share one connection. Thread-safe.
 */
final class Endpoints {
  /** What the keys of secured connections end in, and no host names of others. */
  private static final String SECURED = ".tls.weft";

  /** Far more endpoints than a process talks to at a time; then the cache starts afresh. */
  private static final int LIMIT = 10_000;

  private static final Map<String, AttemptCarrier> BY_KEY = new ConcurrentHashMap<>();

  /** How connections to the endpoints that are secured are, by their keys. */
  private static final Map<String, ClientTls> TLS_BY_KEY = new ConcurrentHashMap<>();

  private Endpoints() {}

  /**
   * Returns what attempts to the same endpoint carry; null if the attempt has no address, so that
   * the library resolves its host.
   */
  static @Nullable AttemptCarrier carrier(Attempt attempt) {
    InetSocketAddress address = attempt.address();
    if (address == null) {
      return null;
    }
    String key = attempt.connectionKey();
    ClientTls tls = attempt.tls();
    if (tls != null) {
      remember(key, tls);
    }
    AttemptCarrier known = BY_KEY.get(key);
    if (known != null && address.equals(known.endpoint())) {
      return known;
    }
    AttemptCarrier carrier = AttemptCarrier.unchanged(rename(address, key), tls != null);
    if (BY_KEY.size() >= LIMIT) {
      BY_KEY.clear();
    }
    BY_KEY.put(key, carrier);
    return carrier;
  }

  /**
   * Returns the context for a new connection of TLS.
   *
   * @param applications the context that the application's client has
   * @param host the host name that the library was told
   * @throws SSLException if it is one of the mesh's that is not known any more
   */
  static SSLContext context(
      SSLContext applications, @Nullable String host, SSLParameters parameters)
      throws SSLException {
    if (host == null || !host.endsWith(SECURED)) {
      return applications;
    }
    ClientTls tls = TLS_BY_KEY.get(host);
    if (tls == null) {
      throw new SSLException("The mesh no longer secures " + host);
    }
    tls.apply(parameters);
    return tls.context();
  }

  private static void remember(String key, ClientTls tls) {
    if (tls.equals(TLS_BY_KEY.get(key))) {
      return;
    }
    if (TLS_BY_KEY.size() >= LIMIT) {
      TLS_BY_KEY.clear();
    }
    TLS_BY_KEY.put(key, tls);
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
