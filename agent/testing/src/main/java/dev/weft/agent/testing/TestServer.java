/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server of our own, which no instrumentation weaves, over plain sockets or in TLS: it
 * can break off where a proper one cannot. It keeps connections alive and remembers what it was
 * asked. What it answers depends on the path:
 *
 * <ul>
 *   <li>{@code /status/<code>}: that status, the server's name as body
 *   <li>{@code /big/<bytes>}: a body of that size
 *   <li>{@code /echo}: the request's body
 *   <li>{@code /redirect?to=<URI>}: 302 there
 *   <li>{@code /flaky/<n>/<key>}: 503 for the first n requests with the key, then as elsewhere
 *   <li>{@code /slow-once/<key>}: hangs for the first request with the key
 *   <li>{@code /hang}: no answer until the client goes away
 *   <li>{@code /reset}: closes the connection without an answer
 *   <li>{@code /truncated}: less body than announced, then closes
 *   <li>{@code /endless}: a body that does not end until the client goes away
 *   <li>elsewhere: 200, the server's name as body
 * </ul>
 */
public final class TestServer implements AutoCloseable {
  private final String name;
  private final ServerSocket listener;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final AtomicInteger abandoned = new AtomicInteger();
  private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();

  private TestServer(String name, ServerSocket listener) {
    this.name = name;
    this.listener = listener;
  }

  /**
   * A request as it came.
   *
   * @param connection the number of its connection, from 1
   * @param method the method
   * @param path the path with query
   * @param headers by lower-case name, values joined by commas
   * @param body its body, read as UTF-8
   * @param caller the number of the certificate that the caller showed in TLS; null if none
   */
  public record Received(
      int connection,
      String method,
      String path,
      Map<String, String> headers,
      String body,
      @Nullable BigInteger caller) {
    /** Returns a header's value; null if it is not there. */
    public @Nullable String header(String name) {
      return headers.get(name);
    }
  }

  /** Starts a server on any port of 127.0.0.1. */
  public static TestServer start(String name) {
    return start(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** Starts a server on the same port of 127.0.0.2, as instances in different pods are. */
  public TestServer twin(String twinsName) {
    return start(twinsName, new InetSocketAddress("127.0.0.2", port()));
  }

  /**
   * Starts a server that speaks TLS only, on any port of 127.0.0.1.
   *
   * @param demandsCertificate whether callers have to show one; else they are not asked
   */
  static TestServer secured(String name, SSLContext context, boolean demandsCertificate) {
    try {
      SSLServerSocket listener =
          (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
      listener.setNeedClientAuth(demandsCertificate);
      return start(name, listener, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TestServer start(String name, InetSocketAddress address) {
    try {
      return start(name, new ServerSocket(), address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TestServer start(String name, ServerSocket listener, InetSocketAddress address) {
    try {
      listener.bind(address);
      TestServer server = new TestServer(name, listener);
      server.run("accept-" + name, server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a port of 127.0.0.1 that refuses connections. */
  public static int closedPort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the IP address it listens on. */
  public String address() {
    return listener.getInetAddress().getHostAddress();
  }

  /** Returns the port it listens on. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Returns the URL with the IP address, which the mesh does not manage. */
  public String url(String path) {
    return "http://" + address() + ":" + port() + path;
  }

  /** Returns what came since the start or the last {@link #forget}, in order. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  /** Returns how many requests came with a path that starts so. */
  public List<Received> received(String path) {
    return received.stream().filter(request -> request.path.startsWith(path)).toList();
  }

  /** Returns how often a client went away during {@code /hang} or {@code /endless}. */
  public int abandoned() {
    return abandoned.get();
  }

  /** Forgets what came. */
  public void forget() {
    received.clear();
  }

  @Override
  public void close() {
    close(listener);
    connections.forEach(TestServer::close);
  }

  private void accept() {
    int number = 0;
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        connections.add(socket);
        int connection = ++number;
        run(name + "-" + connection, () -> serve(socket, connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket, int connection) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      BigInteger caller = socket instanceof SSLSocket secured ? caller(secured) : null;
      Received request = read(in, connection, caller);
      while (request != null && answer(request, in, out)) {
        out.flush();
        request = read(in, connection, caller);
      }
    } catch (IOException e) {
      connections.remove(socket); // the client broke it off, or we were closed
    }
  }

  /** Returns whether the connection goes on. */
  private boolean answer(Received request, InputStream in, OutputStream out) throws IOException {
    received.add(request);
    String path = request.path.split("\\?", 2)[0];
    String[] parts = path.split("/");
    switch (parts.length > 1 ? parts[1] : "") {
      case "status" ->
          respond(
              request, out, Integer.parseInt(parts[2]), "", name.getBytes(StandardCharsets.UTF_8));
      case "big" -> respond(request, out, 200, "", new byte[Integer.parseInt(parts[2])]);
      case "echo" -> respond(request, out, 200, "", request.body.getBytes(StandardCharsets.UTF_8));
      case "redirect" -> {
        String target = request.path.substring(request.path.indexOf("to=") + 3);
        String location = URLDecoder.decode(target, StandardCharsets.UTF_8);
        respond(request, out, 302, "location: " + location + "\r\n", new byte[0]);
      }
      case "flaky" -> {
        int status = count(path) <= Integer.parseInt(parts[2]) ? 503 : 200;
        respond(request, out, status, "", name.getBytes(StandardCharsets.UTF_8));
      }
      case "slow-once" -> {
        if (count(path) == 1) {
          return hang(in);
        }
        respond(request, out, 200, "", name.getBytes(StandardCharsets.UTF_8));
      }
      case "hang" -> {
        return hang(in);
      }
      case "reset" -> {
        return false;
      }
      case "truncated" -> {
        out.write(
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this"
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return false;
      }
      case "endless" -> {
        return endless(out);
      }
      default ->
          respond(
              request,
              out,
              200,
              "x-server: " + name + "\r\nx-drop: me\r\n",
              name.getBytes(StandardCharsets.UTF_8));
    }
    return true;
  }

  private int count(String key) {
    return counts.computeIfAbsent(key, any -> new AtomicInteger()).incrementAndGet();
  }

  private boolean hang(InputStream in) {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // It went away by a reset, which is as good as an orderly end.
    }
    abandoned.incrementAndGet();
    return false;
  }

  private boolean endless(OutputStream out) throws IOException {
    out.write(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII));
    byte[] chunk = ("400\r\n" + "x".repeat(1024) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    try {
      while (true) {
        out.write(chunk);
        out.flush();
      }
    } catch (IOException e) {
      abandoned.incrementAndGet();
      return false;
    }
  }

  private static void respond(
      Received request, OutputStream out, int status, String headers, byte[] body)
      throws IOException {
    boolean hasBody = status != 204 && status != 304;
    String head =
        "HTTP/1.1 "
            + status
            + " Status\r\n"
            + headers
            + (hasBody ? "content-length: " + body.length + "\r\n" : "")
            + "\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    if (hasBody && !request.method.equals("HEAD")) {
      out.write(body);
    }
  }

  private static @Nullable Received read(
      InputStream in, int connection, @Nullable BigInteger caller) throws IOException {
    String line = line(in);
    if (line == null) {
      return null;
    }
    String[] words = line.split(" ");
    Map<String, String> headers = new TreeMap<>();
    for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.merge(
          header.substring(0, colon).toLowerCase(Locale.ROOT),
          header.substring(colon + 1).strip(),
          (one, other) -> one + "," + other);
    }
    byte[] body =
        headers.getOrDefault("transfer-encoding", "").contains("chunked")
            ? chunks(in)
            : in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    return new Received(
        connection,
        words[0],
        words[1],
        Map.copyOf(headers),
        new String(body, StandardCharsets.UTF_8),
        caller);
  }

  private static @Nullable BigInteger caller(SSLSocket socket) {
    try {
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String size = line(in);
      int length = size == null ? 0 : Integer.parseInt(size.strip(), 16);
      body.write(in.readNBytes(length));
      line(in);
      if (length == 0) {
        return body.toByteArray();
      }
    }
  }

  private static @Nullable String line(InputStream in) throws IOException {
    List<Byte> bytes = new ArrayList<>();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        return null;
      }
      bytes.add((byte) next);
    }
    byte[] text = new byte[bytes.size()];
    for (int i = 0; i < text.length; i++) {
      text[i] = bytes.get(i);
    }
    return new String(text, StandardCharsets.ISO_8859_1).stripTrailing();
  }

  private void run(String threadName, Runnable work) {
    Thread thread = new Thread(work, "test-server-" + threadName);
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
