/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.Hooks;
import io.grpc.Attributes;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.internal.ClientTransportFactory;
import io.grpc.internal.ClientTransportFactory.ClientTransportOptions;
import io.grpc.internal.ClientTransportFactory.SwapChannelCredentialsResult;
import io.grpc.internal.ManagedChannelImplBuilder;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What makes the connections of one mesh channel: the transport as the application configured it,
 * in plaintext, and for each connection that is to be secured a copy with other credentials, which
 * the library makes of it. A connection's address says by which. Thread-safe.
 */
final class MeshTransports {
  /** What makes the connection to an address, if it is to be secured. */
  static final Attributes.Key<ClientTransportFactory> SECURED =
      Attributes.Key.create("weft-secured");

  /**
   * The transports that can be secured, which take no others' credentials. grpc-okhttp is not among
   * them: it does without TLS 1.3 and looks for host names in certificates.
   */
  private static final List<String> CREDENTIALS =
      List.of("netty.NettyCredentials", "nettyshaded.NettyCredentials");

  private static final ThreadLocal<MeshTransports> BEING_BUILT = new ThreadLocal<>();

  private volatile @Nullable ClientTransportFactory plaintext;
  private volatile @Nullable ClientCredentials credentials;

  /** Builds the mesh channel, whose connections are made by this. */
  ManagedChannel build(ManagedChannelImplBuilder builder) {
    BEING_BUILT.set(this);
    try {
      return builder.build();
    } finally {
      BEING_BUILT.remove();
    }
  }

  /** Returns what a channel that is being built shall have its connections made by. */
  static ClientTransportFactory madeBy(ClientTransportFactory transports) {
    MeshTransports mesh = BEING_BUILT.get();
    return mesh == null ? transports : mesh.choosing(transports);
  }

  /**
   * Returns what makes secured connections, to be closed when none is to be made any more. Those
   * that it made go on.
   *
   * @throws IOException if there is nothing
   */
  ClientTransportFactory secured(ClientTls tls) throws IOException {
    ClientTransportFactory transports = plaintext;
    ClientCredentials known = credentials;
    if (transports != null && known != null) {
      ClientTransportFactory secured = swapped(transports, known.of(tls));
      if (secured != null) {
        return secured;
      }
    } else if (transports != null) {
      for (String name : CREDENTIALS) {
        ClientCredentials candidate = credentials(name);
        ClientTransportFactory secured =
            candidate == null ? null : swapped(transports, candidate.of(tls));
        if (secured != null) {
          credentials = candidate;
          return secured;
        }
      }
    }
    throw new IOException(
        "the mesh orders mutual TLS, which this channel's transport cannot be given");
  }

  private ClientTransportFactory choosing(ClientTransportFactory transports) {
    plaintext = transports;
    // The interface has other methods in each version.
    return (ClientTransportFactory)
        Proxy.newProxyInstance(
            ClientTransportFactory.class.getClassLoader(),
            new Class<?>[] {ClientTransportFactory.class},
            (proxy, method, arguments) -> call(transports, method, arguments));
  }

  private static @Nullable Object call(
      ClientTransportFactory transports, Method method, @Nullable Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(chosen(transports, arguments), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static ClientTransportFactory chosen(
      ClientTransportFactory transports, @Nullable Object @Nullable [] arguments) {
    if (arguments == null
        || arguments.length < 2
        || !(arguments[1] instanceof ClientTransportOptions options)) {
      return transports; // it is about no connection
    }
    ClientTransportFactory secured = options.getEagAttributes().get(SECURED);
    return secured == null ? transports : secured;
  }

  /** Returns null if the library does not come with this netty. */
  private static @Nullable ClientCredentials credentials(String name) {
    try {
      return Class.forName(MeshTransports.class.getPackageName() + '.' + name)
          .asSubclass(ClientCredentials.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }

  /** Returns the transports with other credentials; null if they are not for them. */
  private static @Nullable ClientTransportFactory swapped(
      ClientTransportFactory transports, ChannelCredentials credentials) throws IOException {
    SwapChannelCredentialsResult result = transports.swapChannelCredentials(credentials);
    if (result == null) {
      return null;
    }
    try {
      Field field = SwapChannelCredentialsResult.class.getDeclaredField("transportFactory");
      field.setAccessible(true);
      return (ClientTransportFactory) field.get(result);
    } catch (ReflectiveOperationException e) {
      Hooks.unknownVersion(ChannelBuild.HOOK, "no mutual TLS: " + e);
      throw new IOException("the library is of a version that cannot be given mutual TLS", e);
    }
  }
}
