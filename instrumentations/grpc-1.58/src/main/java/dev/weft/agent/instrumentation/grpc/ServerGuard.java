/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Inbound;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.internal.ServerImpl;
import io.grpc.internal.ServerImplBuilder;
import io.grpc.internal.ServerStream;
import io.grpc.internal.ServerStreamListener;
import io.grpc.internal.StreamListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives each server our interceptor. Calls to a server that could not be given it are refused where
 * something guards, for nobody would ask.
 */
final class ServerGuard {
  private static final @Nullable MethodHandle INTERCEPTORS = interceptorsOfServers();

  private ServerGuard() {}

  /** Adds our interceptor as the last, which is called first; once for each builder. */
  static void addTo(ServerImplBuilder builder, List<ServerInterceptor> interceptors) {
    try {
      interceptors.remove(InboundInterceptor.INSTANCE);
      builder.intercept(InboundInterceptor.INSTANCE);
    } catch (RuntimeException | LinkageError e) {
      boolean unused = Inbound.failed(ChannelBuild.HOOK, 0, e);
    }
  }

  /** Refuses a call if our interceptor does not see it and something guards the port. */
  static boolean refuses(Server server, ServerStream stream) {
    if (isGuarded(server)
        || !(stream.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR)
            instanceof InetSocketAddress local)
        || !Inbound.failed(
            ChannelBuild.HOOK,
            local.getPort(),
            new IllegalStateException("this server did not take Weft's interceptor"))) {
      return false;
    }
    stream.setListener(Ignoring.INSTANCE);
    stream.close(
        Status.UNAVAILABLE.withDescription("Weft cannot decide about calls to this server"),
        new Metadata());
    return true;
  }

  private static boolean isGuarded(Server server) {
    if (INTERCEPTORS == null) {
      return true; // reported, and nothing is known against it
    }
    try {
      ServerInterceptor[] interceptors = (ServerInterceptor[]) INTERCEPTORS.invokeExact(server);
      for (int i = interceptors.length - 1; i >= 0; i--) {
        if (interceptors[i] == InboundInterceptor.INSTANCE) {
          return true;
        }
      }
      return false;
    } catch (Throwable e) {
      throw new IllegalStateException("ServerImpl.interceptors", e);
    }
  }

  private static @Nullable MethodHandle interceptorsOfServers() {
    try {
      MethodHandle field =
          MethodHandles.privateLookupIn(ServerImpl.class, MethodHandles.lookup())
              .findGetter(ServerImpl.class, "interceptors", ServerInterceptor[].class);
      return field.asType(field.type().changeParameterType(0, Server.class));
    } catch (ReflectiveOperationException e) {
      Hooks.unknownVersion(ChannelBuild.HOOK, "ServerImpl.interceptors: " + e);
      return null;
    }
  }

  /** Lets what a refused client still sends go. */
  private static final class Ignoring implements ServerStreamListener {
    static final Ignoring INSTANCE = new Ignoring();

    @Override
    public void messagesAvailable(StreamListener.MessageProducer producer) {
      for (InputStream message = producer.next(); message != null; message = producer.next()) {
        try {
          message.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void halfClosed() {}

    @Override
    public void closed(Status status) {}

    @Override
    public void onReady() {}

    /** Part of the interface since 1.85. */
    @SuppressWarnings({"unused", "EffectivelyPrivate"}) // the later library calls it
    public void triggerEvent(Object event) {}
  }
}
