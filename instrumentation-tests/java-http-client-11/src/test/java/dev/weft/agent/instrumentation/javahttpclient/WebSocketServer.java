/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/**
 * A server of WebSockets that says its name and then what it hears, as RFC 6455 wants it for small
 * messages. It refuses {@code /refuse} and redirects {@code /redirect?}.
 */
final class WebSocketServer implements AutoCloseable {
  private static final Pattern KEY =
      Pattern.compile("(?i)\r\nsec-websocket-key: *(\\S+)", Pattern.DOTALL);
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int FINAL = 0x80;
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int LENGTH = 0x7f;

  private final String name;
  private final ServerSocket listener;
  private final List<String> handshakes = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private WebSocketServer(String name, ServerSocket listener) {
    this.name = name;
    this.listener = listener;
  }

  /**
   * Starts a server on any port of 127.0.0.1.
   *
   * @param context demands a certificate of the caller's; null for plaintext
   */
  static WebSocketServer start(String name, @Nullable SSLContext context) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    ServerSocket listener;
    if (context == null) {
      listener = new ServerSocket(0, 0, loopback);
    } else {
      listener = context.getServerSocketFactory().createServerSocket(0, 0, loopback);
      ((SSLServerSocket) listener).setNeedClientAuth(true);
    }
    WebSocketServer server = new WebSocketServer(name, listener);
    server.threads.execute(server::accept);
    return server;
  }

  int port() {
    return listener.getLocalPort();
  }

  String address() {
    return "127.0.0.1:" + port();
  }

  /** Returns the heads of the requests that came. */
  List<String> handshakes() {
    return handshakes;
  }

  /** Returns how many connections stand. */
  int connections() {
    return open.size();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
    threads.shutdownNow();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        threads.execute(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      String head = head(in);
      while (!head.isEmpty()) {
        handshakes.add(head);
        Matcher key = KEY.matcher(head);
        if (head.startsWith("GET /refuse") || !key.find() || !isUpgrade(head)) {
          answer(out, "503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno");
        } else if (head.startsWith("GET /redirect?")) {
          String target = head.substring("GET /redirect?".length(), head.indexOf(" HTTP/1.1"));
          answer(out, "302 Found\r\nlocation: " + target + "\r\ncontent-length: 0\r\n\r\n");
        } else {
          answer(
              out,
              "101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
                  + "sec-websocket-accept: "
                  + accept(key.group(1))
                  + "\r\n\r\n");
          write(out, TEXT, name.getBytes(StandardCharsets.UTF_8));
          echo(in, out);
          return;
        }
        head = head(in);
      }
    } catch (IOException e) {
      // The client is gone, or never was one.
    } finally {
      open.remove(socket);
    }
  }

  private static boolean isUpgrade(String head) {
    String lower = head.toLowerCase(Locale.ROOT);
    return lower.contains("\r\nupgrade: websocket\r\n")
        && lower.contains("\r\nconnection: upgrade\r\n");
  }

  private static void echo(InputStream in, OutputStream out) throws IOException {
    for (int first = in.read(); first >= 0; first = in.read()) {
      int length = in.read() & LENGTH;
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % mask.length];
      }
      write(out, first & ~FINAL, payload);
      if ((first & ~FINAL) == CLOSE) {
        return;
      }
    }
  }

  private static void write(OutputStream out, int kind, byte[] payload) throws IOException {
    byte[] frame = new byte[payload.length + 2];
    frame[0] = (byte) (FINAL | kind);
    frame[1] = (byte) payload.length;
    System.arraycopy(payload, 0, frame, 2, payload.length);
    out.write(frame);
    out.flush();
  }

  private static void answer(OutputStream out, String text) throws IOException {
    out.write(("HTTP/1.1 " + text).getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  /** Returns the next request without a body; empty at the end. */
  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static String accept(String key) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
