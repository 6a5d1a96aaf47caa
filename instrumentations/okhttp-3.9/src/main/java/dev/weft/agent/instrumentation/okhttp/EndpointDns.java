/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import okhttp3.Address;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The attempt's connection key inside OkHttp's own pool key: an {@link Address} equals another only
 * if their name services are equal, and these are per key. It is bound to its attempt when OkHttp
 * is about to look for a connection, that is, when its cache had no answer; nothing compares it
 * before.
 */
final class EndpointDns implements Dns {
  private final Dns original;
  private final @Nullable Address previous;
  private String key = "";
  private @Nullable InetSocketAddress endpoint;

  /**
   * Makes one that is not yet bound.
   *
   * @param original the client's own name service
   * @param previous the address of the connection that the same call used before, if any
   */
  EndpointDns(Dns original, @Nullable Address previous) {
    this.original = original;
    this.previous = previous;
  }

  void bind(String connectionKey, @Nullable InetSocketAddress address) {
    key = connectionKey;
    endpoint = address;
  }

  /** Returns where to connect to; null if the client's own name service tells. */
  @Nullable InetSocketAddress endpoint() {
    return endpoint;
  }

  /**
   * Returns whether a URL is that of a connection to another endpoint which the call still holds.
   * OkHttp goes by host and port there, which our endpoints have in common.
   */
  @SuppressWarnings("ReferenceEquality") // any other URL of that host and port may be our own
  boolean isElsewhere(HttpUrl url) {
    return previous != null && previous.url() == url && !equals(previous.dns());
  }

  @Override
  public List<InetAddress> lookup(String hostname) throws UnknownHostException {
    InetSocketAddress address = endpoint;
    return address == null ? original.lookup(hostname) : List.of(address.getAddress());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EndpointDns that
        && key.equals(that.key)
        && original.equals(that.original);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, original);
  }
}
