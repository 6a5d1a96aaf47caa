/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpserver;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import dev.weft.agent.seam.Inbound;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** The application's servers: what they listen on. The agent's own are left alone. */
final class Servers {
  static final String HOOK = "java-http-server-8";

  /** Servers that serve the agent, such as its Prometheus exporter. */
  private static final Set<HttpServer> AGENTS =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  /** Servers that were reported, which the agent's may not be if they started before it. */
  private static final Set<HttpServer> REPORTED =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  /** What the library calls a server, of those that serve the application in plaintext. */
  private static final Set<Object> PLAINTEXT =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private Servers() {}

  static void created(HttpServer server, HttpContext context) {
    if (isAgents(context.getHandler())) {
      AGENTS.add(server);
    } else {
      guard(context);
    }
  }

  /** Has requests asked about. If that fails, those that something guards are refused. */
  static void guard(HttpContext context) {
    try {
      context.getFilters().add(new InboundFilter());
    } catch (RuntimeException | LinkageError e) {
      Inbound.failed(HOOK, 0, e);
      context.setAuthenticator(new UnguardedContext(e));
    }
  }

  /**
   * Tells that a server is about to accept connections.
   *
   * @param implementation what the library calls it
   */
  static void starting(HttpServer server, @Nullable Object implementation) {
    if (implementation != null && !AGENTS.contains(server) && !(server instanceof HttpsServer)) {
      PLAINTEXT.add(implementation);
    }
  }

  /** Returns whether a server serves the application, which has it speak plaintext. */
  static boolean isPlaintext(@Nullable Object implementation) {
    return implementation != null && PLAINTEXT.contains(implementation);
  }

  static void started(HttpServer server) {
    InetSocketAddress address = server.getAddress();
    if (address != null && !AGENTS.contains(server)) {
      REPORTED.add(server);
      boolean isTls = server instanceof HttpsServer;
      Inbound.listening(HOOK, address.getPort(), isTls ? "https" : "http", !isTls);
    }
  }

  static void stopping(HttpServer server) {
    InetSocketAddress address = server.getAddress();
    if (address != null && REPORTED.remove(server)) {
      Inbound.closed(address.getPort());
    }
  }

  private static boolean isAgents(HttpHandler handler) {
    if (handler == null) {
      return false; // set later, by the application
    }
    ClassLoader loader = handler.getClass().getClassLoader();
    ClassLoader ours = Inbound.class.getClassLoader();
    return loader != null && ours != null && (loader == ours || loader == ours.getParent());
  }
}
