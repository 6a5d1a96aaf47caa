/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.ProxyDetector;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The name resolver of one mesh channel. It resolves nothing, since attempts bring their addresses,
 * and is there for {@code dns}, the one scheme that the mesh takes calls from. Thread-safe.
 */
final class MeshResolverProvider extends NameResolverProvider {
  private final String authority;
  private volatile @Nullable ProxyDetector proxyDetector;

  MeshResolverProvider(String authority) {
    this.authority = authority;
  }

  /** Returns how the channel finds its proxy; null until it was built. */
  @Nullable ProxyDetector proxyDetector() {
    return proxyDetector;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }

  @Override
  public String getDefaultScheme() {
    return "dns";
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(InetSocketAddress.class);
  }

  @Override
  public NameResolver newNameResolver(URI targetUri, NameResolver.Args args) {
    proxyDetector = args.getProxyDetector();
    return new MeshResolver(authority);
  }

  private static final class MeshResolver extends NameResolver {
    private final String authority;

    MeshResolver(String authority) {
      this.authority = authority;
    }

    @Override
    public String getServiceAuthority() {
      return authority;
    }

    @Override
    public void start(Listener2 listener) {
      listener.onResult(
          ResolutionResult.newBuilder().setAddresses(List.<EquivalentAddressGroup>of()).build());
    }

    @Override
    public void shutdown() {
      // nothing was started
    }
  }
}
