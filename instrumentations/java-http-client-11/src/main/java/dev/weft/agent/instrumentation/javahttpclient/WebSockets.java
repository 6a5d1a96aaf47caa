/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Hooks;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Opening handshakes of WebSockets. To the library they are requests of its own class with a mark
 * and two headers that applications may not set. It takes mark and headers over from a request of
 * its own class only, and wants a response of its own class, by which it gets at the connection.
 */
final class WebSockets {
  private static final String INTERNAL = "jdk.internal.net.http.";
  private static final String REQUEST = INTERNAL + "HttpRequestImpl";
  private static final MethodType SETTER =
      MethodType.methodType(void.class, String.class, String.class);
  private static final MethodType MARKER = MethodType.methodType(void.class, boolean.class);

  private static final @Nullable MethodHandle IS_MARKED =
      find(
          REQUEST,
          "isWebSocket",
          MethodType.methodType(boolean.class),
          MethodType.methodType(boolean.class, HttpRequest.class));
  private static final @Nullable MethodHandle MARK =
      find(REQUEST, "isWebSocket", MARKER, MARKER.insertParameterTypes(0, HttpRequest.class));
  private static final @Nullable MethodHandle SET_HEADER =
      find(REQUEST, "setSystemHeader", SETTER, SETTER.insertParameterTypes(0, HttpRequest.class));
  private static final @Nullable MethodHandle CLOSE =
      find(
          INTERNAL + "HttpResponseImpl",
          "closeRawChannel",
          MethodType.methodType(void.class),
          MethodType.methodType(void.class, HttpResponse.class));

  private WebSockets() {}

  /** Returns whether a request opens a WebSocket, or follows a redirect of one that does. */
  static boolean isHandshake(HttpRequest request) {
    HttpRequest first = Redirects.original(request);
    if (!first.getClass().getName().equals(REQUEST)) {
      return false;
    }
    if (IS_MARKED == null) {
      return true; // then it is carried out as one, and fails as such
    }
    try {
      return (boolean) IS_MARKED.invokeExact(first);
    } catch (Throwable e) {
      throw new IllegalStateException("HttpRequestImpl.isWebSocket()", e);
    }
  }

  /** Makes the library's copy of our request for an attempt a handshake. */
  static void mark(HttpRequest copy) {
    try {
      if (MARK != null && SET_HEADER != null) {
        MARK.invokeExact(copy, true);
        SET_HEADER.invokeExact(copy, "Connection", "Upgrade");
        SET_HEADER.invokeExact(copy, "Upgrade", "websocket");
        return;
      }
      Hooks.failed(Hop.HOOK, "WebSockets of this JDK cannot be opened through the mesh");
    } catch (Throwable e) {
      // It stays a plain request, which no server takes for a handshake.
      Hooks.failed(Hop.HOOK, "WebSocket: " + e);
    }
  }

  /** Closes the connection of a response to a handshake that nobody else gets to see. */
  static void close(HttpResponse<?> response) {
    if (CLOSE == null || !response.getClass().getName().startsWith(INTERNAL)) {
      return; // the server closes it
    }
    try {
      CLOSE.invokeExact(response);
    } catch (Throwable e) {
      Hooks.failed(Hop.HOOK, "WebSocket: " + e);
    }
  }

  private static @Nullable MethodHandle find(
      String className, String name, MethodType type, MethodType seenAs) {
    try {
      Class<?> owner = Class.forName(className, false, HttpClient.class.getClassLoader());
      return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
          .findVirtual(owner, name, type)
          .asType(seenAs);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }
}
