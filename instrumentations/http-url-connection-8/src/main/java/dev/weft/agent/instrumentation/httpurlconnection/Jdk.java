/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.seam.Hooks;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URL;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;

/** What the JDK keeps to itself, or has under different signatures from version to version. */
final class Jdk {
  private static final Class<?> CONNECTION = sun.net.www.protocol.http.HttpURLConnection.class;
  private static final Method PARSE =
      Stream.of(HttpClient.class.getMethods())
          .filter(method -> method.getName().equals("parseHTTP"))
          .findFirst()
          .orElseThrow();
  private static final Method WRITE = method("writeRequests");
  private static final Field CLIENT = field(CONNECTION, "http");
  private static final Field OUTPUT = field(CONNECTION, "ps");
  private static final Field URL = field(HttpClient.class, "url");
  private static final Field SOCKET = field(HttpClient.class.getSuperclass(), "serverSocket");

  private static final boolean IS_KNOWN = isWoven();

  private Jdk() {}

  /**
   * Returns whether all points of this JDK's are woven. Else no call is managed: it would be half
   * carried out. The classes with these points are loaded before the first client is made.
   */
  static boolean isKnown() {
    return IS_KNOWN;
  }

  /** Waits for response headers and parses them into the first argument. */
  static boolean parse(HttpClient client, Object[] arguments) throws IOException {
    return (boolean) invoke(PARSE, client, arguments);
  }

  /**
   * Gives a connection another client and sends its request over it.
   *
   * @return the client that it went out over: the JDK tries once more if a write fails
   */
  static HttpClient resend(Object connection, HttpClient client) throws IOException {
    try {
      CLIENT.set(connection, client);
      OUTPUT.set(connection, (PrintStream) client.getOutputStream());
      invoke(WRITE, connection);
      return (HttpClient) CLIENT.get(connection);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the URL that a client is made for. */
  static URL url(HttpClient client) {
    try {
      return (URL) URL.get(client);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a client's connection; null if it has none. */
  static @Nullable Socket socket(HttpClient client) {
    try {
      return (Socket) SOCKET.get(client);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the status of parsed response headers; -1 if there is none. */
  static int status(MessageHeader response) {
    String line = response.getValue(0);
    if (line == null || !line.startsWith("HTTP/1.")) {
      return -1;
    }
    int start = line.indexOf(' ') + 1;
    try {
      return Integer.parseInt(line, start, Math.min(start + 3, line.length()), 10);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Returns how long the body is, 0 for none, -1 if only its end will tell. */
  static long bodyLength(HttpURLConnection connection, int status, MessageHeader response) {
    if (connection.getRequestMethod().equals("HEAD")
        || status == HttpURLConnection.HTTP_NO_CONTENT
        || status == HttpURLConnection.HTTP_NOT_MODIFIED) {
      return 0;
    }
    String length = response.findValue("content-length");
    try {
      return length == null ? -1 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Gets rid of a response; its connection may be kept alive. */
  static void discard(HttpClient client, long bodyLength) throws IOException {
    if (bodyLength == 0) {
      client.finished();
    } else {
      client.getInputStream().close();
    }
  }

  private static boolean isWoven() {
    Hooks.Status status = Hooks.statuses().get(HttpUrlConnectionModule.HOOK);
    return status != null && status.state() == Hooks.State.WOVEN;
  }

  private static Object invoke(Method method, Object target, Object... arguments)
      throws IOException {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException failure) {
        throw failure;
      }
      if (cause instanceof RuntimeException failure) {
        throw failure;
      }
      if (cause instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(cause);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Method method(String name) {
    try {
      Method method = CONNECTION.getDeclaredMethod(name);
      method.setAccessible(true);
      return method;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Field field(Class<?> owner, String name) {
    try {
      Field field = owner.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }
}
