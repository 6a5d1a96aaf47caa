/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.ClientTls;
import dev.weft.agent.seam.Hooks;
import io.grpc.Attributes;
import io.grpc.ChannelCredentials;
import io.grpc.ChannelLogger;
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
import java.net.SocketAddress;
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

  private static final @Nullable Method CONNECT = connect();
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
            candidate == null ? null : secured(transports, candidate, tls);
        if (secured != null) {
          credentials = candidate;
          return secured;
        }
      }
    }
    throw new IOException("the mesh orders TLS, which this channel's transport cannot be given");
  }

  /** Returns null if these are not the transport's credentials. */
  private static @Nullable ClientTransportFactory secured(
      ClientTransportFactory transports, ClientCredentials candidate, ClientTls tls)
      throws IOException {
    try {
      return swapped(transports, candidate.of(tls));
    } catch (LinkageError e) {
      return null; // netty is here by the other of its names
    }
  }

  private ClientTransportFactory choosing(ClientTransportFactory transports) {
    if (CONNECT == null) {
      return transports; // and nothing is secured
    }
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
      ClientTransportFactory chosen =
          method.equals(CONNECT)
                  && arguments != null
                  && arguments[1] instanceof ClientTransportOptions options
              ? chosen(transports, options)
              : transports;
      return method.invoke(chosen, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static ClientTransportFactory chosen(
      ClientTransportFactory transports, ClientTransportOptions options) {
    ClientTransportFactory secured = options.getEagAttributes().get(SECURED);
    return secured == null ? transports : secured;
  }

  private static @Nullable Method connect() {
    try {
      return ClientTransportFactory.class.getMethod(
          "newClientTransport",
          SocketAddress.class,
          ClientTransportOptions.class,
          ChannelLogger.class);
    } catch (NoSuchMethodException e) {
      Hooks.unknownVersion(ChannelBuild.HOOK, "no TLS of the mesh: " + e);
      return null;
    }
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
      Hooks.unknownVersion(ChannelBuild.HOOK, "no TLS of the mesh: " + e);
      throw new IOException("the library is of a version that cannot be given TLS", e);
    }
  }
}
