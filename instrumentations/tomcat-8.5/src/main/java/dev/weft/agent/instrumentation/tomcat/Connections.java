/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.Peer;
import dev.weft.agent.seam.PeerCertificate;
import dev.weft.agent.seam.SecuredSocketChannel;
import dev.weft.agent.seam.ServerTls;
import dev.weft.agent.seam.SniffedChannel;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.ActionHook;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.Nio2Channel;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SecureNio2Channel;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Puts {@link SecuredSocketChannel}, or its like, under the library's channel of an accepted
 * connection, and finds it again from a request. The endpoint takes a connection up, and gives it
 * to its channel, on one thread.
 */
final class Connections {
  private static final ThreadLocal<Channel> BEING_MADE = new ThreadLocal<>();
  private static final @Nullable Ways WAYS = Ways.find();

  private Connections() {}

  /** Returns whether connections can be secured in this version of the library. */
  static boolean areSecurable() {
    return WAYS != null;
  }

  /** Prepares what is to be taken up; returns whether the connection has to be closed instead. */
  static boolean isRefused(Object endpoint, Channel socket) {
    BEING_MADE.remove();
    int port = 0;
    try {
      List<String> protocols = Ports.plaintextProtocols(endpoint);
      if (protocols == null
          || !(socket instanceof NetworkChannel network)
          || !(network.getLocalAddress() instanceof InetSocketAddress local)) {
        return false;
      }
      port = local.getPort();
      ServerTls settings = Inbound.tls(port);
      if (settings != null && socket instanceof SocketChannel real) {
        BEING_MADE.set(new SecuredSocketChannel(real, settings, protocols));
      } else if (settings != null && socket instanceof AsynchronousSocketChannel real) {
        BEING_MADE.set(new SecuredAsynchronousChannel(real, settings, protocols));
      }
      return false;
    } catch (IOException | RuntimeException | LinkageError e) {
      return Inbound.failed(TomcatModule.HOOK, port, e);
    }
  }

  /** Returns what the library's channel shall use for a connection. */
  static SocketChannel toUse(SocketChannel channel) {
    if (BEING_MADE.get() instanceof SecuredSocketChannel secured && secured.real() == channel) {
      BEING_MADE.remove();
      return secured;
    }
    return channel;
  }

  /** Returns what the NIO2 library's channel shall use for a connection. */
  static AsynchronousSocketChannel toUse(AsynchronousSocketChannel channel) {
    if (BEING_MADE.get() instanceof SecuredAsynchronousChannel secured
        && secured.real() == channel) {
      BEING_MADE.remove();
      return secured;
    }
    return channel;
  }

  /** Returns who is at the other end of a request's connection, whose addresses are known. */
  static Peer peer(Request wire) {
    SocketWrapperBase<?> wrapper = WAYS == null ? null : WAYS.wrapper(wire);
    SniffedChannel sniffed = wrapper == null ? null : of(wrapper);
    String serverName = null;
    if (sniffed != null) {
      serverName = sniffed.serverName();
    } else if (wrapper != null) {
      SSLEngine own = ownTls(wrapper.getSocket());
      serverName = own == null ? null : PeerCertificate.serverName(own.getSession());
    }
    return new Peer(
        sniffed == null ? null : sniffed.spiffeId(),
        RequestView.text(wire.remoteAddr()),
        RequestView.text(wire.localAddr()),
        wire.getLocalPort(),
        serverName);
  }

  /** Returns what the application's own TLS is done by; null in plaintext. */
  private static @Nullable SSLEngine ownTls(@Nullable Object channel) {
    if (channel instanceof SecureNioChannel secure) {
      return secure.getSslEngine();
    }
    return channel instanceof SecureNio2Channel secure ? secure.getSslEngine() : null;
  }

  /** Returns what a connection's bytes go through; null if they are left alone. */
  static @Nullable SniffedChannel of(SocketWrapperBase<?> wrapper) {
    Channel used = WAYS == null ? null : WAYS.used(wrapper.getSocket());
    if (used instanceof SecuredSocketChannel secured) {
      return secured.sniffed();
    }
    return used instanceof SecuredAsynchronousChannel secured ? secured.sniffed() : null;
  }

  /**
   * What the library keeps to itself.
   *
   * @param hook of a request: what processes it
   * @param wrapper of a processor: its connection
   * @param nio of a {@code NioChannel}: what it reads and writes
   * @param nio2 the same of a {@code Nio2Channel}
   */
  private record Ways(
      MethodHandle hook, MethodHandle wrapper, MethodHandle nio, MethodHandle nio2) {
    static @Nullable Ways find() {
      try {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        return new Ways(
            MethodHandles.privateLookupIn(Request.class, lookup)
                .findGetter(Request.class, "hook", ActionHook.class),
            MethodHandles.privateLookupIn(AbstractProcessor.class, lookup)
                .findVirtual(
                    AbstractProcessor.class,
                    "getSocketWrapper",
                    MethodType.methodType(SocketWrapperBase.class)),
            MethodHandles.privateLookupIn(NioChannel.class, lookup)
                .findGetter(NioChannel.class, "sc", SocketChannel.class),
            MethodHandles.privateLookupIn(Nio2Channel.class, lookup)
                .findGetter(Nio2Channel.class, "sc", AsynchronousSocketChannel.class));
      } catch (ReflectiveOperationException | LinkageError e) {
        Hooks.unknownVersion(TomcatModule.HOOK, "mutual TLS is off: " + e);
        return null;
      }
    }

    @Nullable SocketWrapperBase<?> wrapper(Request wire) {
      try {
        return (ActionHook) hook.invokeExact(wire) instanceof AbstractProcessor processor
            ? (SocketWrapperBase<?>) wrapper.invokeExact(processor)
            : null;
      } catch (Throwable e) {
        throw new IllegalStateException("AbstractProcessor.getSocketWrapper()", e);
      }
    }

    @Nullable Channel used(@Nullable Object channel) {
      try {
        if (channel instanceof NioChannel it) {
          return (SocketChannel) nio.invokeExact(it);
        }
        return channel instanceof Nio2Channel it
            ? (AsynchronousSocketChannel) nio2.invokeExact(it)
            : null;
      } catch (Throwable e) {
        throw new IllegalStateException("NioChannel.sc", e);
      }
    }
  }
}
