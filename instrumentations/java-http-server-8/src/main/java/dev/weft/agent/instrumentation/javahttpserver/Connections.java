/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.HttpExchange;
import dev.weft.agent.seam.Hooks;
import dev.weft.agent.seam.Inbound;
import dev.weft.agent.seam.PeerCertificate;
import dev.weft.agent.seam.SecuredSocketChannel;
import dev.weft.agent.seam.ServerTls;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.channels.SocketChannel;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Puts {@link SecuredSocketChannel} under the streams of a connection, and finds its peer again
 * from an exchange. A connection's two streams, and what the library keeps of it, are made one
 * after the other on one thread.
 */
final class Connections {
  private static final String SPIFFE_ID = "dev.weft.spiffe-id";
  private static final ThreadLocal<SecuredSocketChannel> BEING_MADE = new ThreadLocal<>();
  private static final @Nullable MethodHandle SESSION = sessionOfExchange();

  private Connections() {}

  /** Returns what the stream that is read shall take for its channel. */
  static SocketChannel toRead(@Nullable Object server, SocketChannel channel) {
    BEING_MADE.remove();
    if (!Servers.isPlaintext(server)) {
      return channel;
    }
    ServerTls settings = Inbound.tls(channel.socket().getLocalPort());
    if (settings == null) {
      return channel;
    }
    SecuredSocketChannel secured = new SecuredSocketChannel(channel, settings, List.of());
    BEING_MADE.set(secured);
    return secured;
  }

  /** Returns what the stream that is written shall take for its channel. */
  static SocketChannel toWrite(SocketChannel channel) {
    SecuredSocketChannel secured = BEING_MADE.get();
    return secured != null && secured.real() == channel ? secured : channel;
  }

  /**
   * Returns what the library shall keep as the connection's engine, of which it only asks the
   * session; null if this is plaintext.
   */
  static @Nullable SSLEngine engine(@Nullable SocketChannel channel) {
    SecuredSocketChannel secured = BEING_MADE.get();
    BEING_MADE.remove();
    if (secured == null || secured.real() != channel) {
      return null;
    }
    SSLEngine engine = secured.sniffed().engine();
    String spiffeId = secured.sniffed().spiffeId();
    if (engine != null && spiffeId != null) {
      engine.getSession().putValue(SPIFFE_ID, spiffeId);
    }
    return engine;
  }

  /** Returns the verified peer; null in plaintext, or if the application itself does TLS. */
  static @Nullable String spiffeId(HttpExchange exchange) {
    SSLSession session = session(exchange);
    return session == null ? null : (String) session.getValue(SPIFFE_ID);
  }

  /** Returns the server name that the caller's TLS asked for, whoever does it; null for none. */
  static @Nullable String serverName(HttpExchange exchange) {
    SSLSession session = session(exchange);
    return session == null ? null : PeerCertificate.serverName(session);
  }

  private static @Nullable SSLSession session(HttpExchange exchange) {
    if (SESSION == null) {
      return null;
    }
    try {
      return (SSLSession) SESSION.invokeExact(exchange);
    } catch (ClassCastException e) {
      return null; // an exchange that is not the library's own, or not plaintext to it
    } catch (Throwable e) {
      throw new IllegalStateException("ExchangeImpl.getSSLSession()", e);
    }
  }

  private static @Nullable MethodHandle sessionOfExchange() {
    try {
      Class<?> outer = library("HttpExchangeImpl");
      Class<?> inner = library("ExchangeImpl");
      MethodHandle exchange =
          MethodHandles.privateLookupIn(outer, MethodHandles.lookup())
              .findGetter(outer, "impl", inner);
      MethodHandle session =
          MethodHandles.privateLookupIn(inner, MethodHandles.lookup())
              .findVirtual(inner, "getSSLSession", MethodType.methodType(SSLSession.class));
      return MethodHandles.filterReturnValue(exchange, session)
          .asType(MethodType.methodType(SSLSession.class, HttpExchange.class));
    } catch (ReflectiveOperationException e) {
      Hooks.unknownVersion(Servers.HOOK, "ExchangeImpl.getSSLSession(): " + e);
      return null;
    }
  }

  private static Class<?> library(String name) throws ClassNotFoundException {
    return Class.forName("sun.net.httpserver." + name, false, HttpExchange.class.getClassLoader());
  }
}
