/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.endpoint;

import dev.weft.agent.engine.config.EndpointConfig;
import dev.weft.agent.engine.config.UpstreamTls;
import dev.weft.agent.engine.tls.MeshIdentity;
import dev.weft.agent.engine.tls.Secured;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * One address of a cluster, ready to be connected to; or, without a configuration, the
 * application's own DNS. Immutable but for {@link #state}. Thread-safe.
 */
public final class Endpoint {
  private final Destination destination;
  private final @Nullable Object handle;
  private final EndpointState state;
  private final byte @Nullable [] ip;
  private final int port;
  private final int weight;
  private final String name;
  private final String connectionKey;
  private final @Nullable UpstreamTls tls;
  private final @Nullable Secured originated;

  /** The address under the host name that was asked for last: an application hardly changes it. */
  private volatile @Nullable InetSocketAddress lastAddress;

  /** How it is secured by the identity that was in force last. */
  private volatile @Nullable Secured lastSecured;

  /**
   * Makes an endpoint.
   *
   * @param handle what the observer wants to have at hand; null for nothing
   * @throws IllegalArgumentException if the address is no IP address
   */
  public Endpoint(Destination destination, @Nullable Object handle, EndpointState state) {
    this.destination = destination;
    this.handle = handle;
    this.state = state;
    EndpointConfig config = destination.endpoint();
    if (config == null) {
      ip = null;
      port = 0;
      weight = 1;
      name = "";
      connectionKey = "";
      tls = null;
      originated = null;
      return;
    }
    ip = IpLiteral.parse(config.address());
    if (ip == null) {
      throw new IllegalArgumentException("address: " + config.address() + " (expected: an IP)");
    }
    port = config.port();
    weight = config.weight();
    name = "ip-" + config.address().replace('.', '-').replace(':', '-') + "-" + port;
    connectionKey = name + ".weft";
    tls = config.tls();
    originated = tls instanceof UpstreamTls.Originated wanted ? Secured.of(wanted, name) : null;
  }

  /** Returns what metrics and spans say of it. */
  public Destination destination() {
    return destination;
  }

  /** Returns what the observer attached; null if nothing. */
  public @Nullable Object handle() {
    return handle;
  }

  /** Returns what is counted of it. */
  public EndpointState state() {
    return state;
  }

  /** Returns its weight, 1 or more. */
  public int weight() {
    return weight;
  }

  /** Returns whether the control plane says that it is healthy. */
  public boolean isHealthy() {
    EndpointConfig config = destination.endpoint();
    return config == null || config.healthy();
  }

  /** Returns whether the control plane and outlier detection let it take load. */
  public boolean isAvailable(long now) {
    return isHealthy() && !state.ejection().isEjected(now);
  }

  /** Returns whether it has an address; if not, the application's own DNS is asked. */
  public boolean hasAddress() {
    return ip != null;
  }

  /** Returns how connections to it are to be secured; null for plaintext. */
  public @Nullable UpstreamTls tls() {
    return tls;
  }

  /**
   * Returns how connections to it are secured, by an identity if it is one of the mesh; null if
   * they are not, or cannot be.
   */
  public @Nullable Secured secured(MeshIdentity identity) {
    if (!(tls instanceof UpstreamTls.Mutual mutual)) {
      return originated;
    }
    Secured known = lastSecured;
    if (known != null && known.epoch() == identity.epoch()) {
      return known;
    }
    Secured secured = Secured.of(identity, mutual, name);
    lastSecured = secured;
    return secured;
  }

  /** Returns why {@link #secured} gives nothing where connections have to be secured. */
  public String whyNotSecured() {
    if (tls instanceof UpstreamTls.Originated wanted) {
      return "is called in TLS only: " + wanted.origin().problem();
    }
    return hasAddress()
        ? "takes mutual TLS only, and this process has no certificate for it"
        : "is called in TLS only, for which the mesh has to know its endpoints";
  }

  /**
   * Returns what plaintext connections to it may be shared by: a valid host name; empty without
   * address.
   */
  public String connectionKey() {
    return connectionKey;
  }

  /**
   * Returns the address to connect to, resolved, under the host name that the application used;
   * null if the application's own DNS is to be asked.
   */
  public @Nullable InetSocketAddress address(String host) {
    byte[] bytes = ip;
    if (bytes == null) {
      return null;
    }
    InetSocketAddress last = lastAddress;
    if (last != null && last.getHostString().equals(host)) {
      return last;
    }
    InetSocketAddress fresh = named(host, bytes, port);
    lastAddress = fresh;
    return fresh;
  }

  private static InetSocketAddress named(String host, byte[] bytes, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(host, bytes), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are always an address", e);
    }
  }
}
