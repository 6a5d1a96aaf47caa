/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server on this machine, in plain HTTP/1.1, which no instrumentation weaves.
 * Not thread-safe.
 */
public final class RawConnection implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  /** Connects. */
  public RawConnection(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Takes a socket that is connected, such as one in TLS. */
  public RawConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /**
   * A response.
   *
   * @param status the status
   * @param headers by lower-case name, values joined by commas
   * @param body its body, read as UTF-8
   */
  public record Answer(int status, Map<String, String> headers, String body) {}

  /**
   * Sends a request and reads the response.
   *
   * @param body null for none
   * @throws EOFException if the server closes the connection instead of answering
   */
  public Answer exchange(String method, String path, @Nullable String body) throws IOException {
    return exchange(method, path, body, "");
  }

  /**
   * Like the shorter form, with more headers.
   *
   * @param headers a line each, with {@code \r\n} at its end
   */
  public Answer exchange(String method, String path, @Nullable String body, String headers)
      throws IOException {
    byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
    String length = body == null ? "" : "content-length: " + bytes.length + "\r\n";
    String head =
        method + " " + path + " HTTP/1.1\r\nhost: localhost\r\n" + length + headers + "\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(bytes);
    out.flush();
    return answer(method);
  }

  /** Sends bytes as they are. */
  public void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** Sends a text as it is, in ASCII. */
  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Reads a response.
   *
   * @param method of the request
   * @throws EOFException if the server closes the connection instead of answering
   */
  public Answer answer(String method) throws IOException {
    int status = Integer.parseInt(line().split(" ")[1]);
    Map<String, String> received = new TreeMap<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      received.merge(
          header.substring(0, colon).toLowerCase(Locale.ROOT),
          header.substring(colon + 1).strip(),
          (one, other) -> one + "," + other);
    }
    boolean hasBody = !method.equals("HEAD") && status != 204 && status != 304;
    return new Answer(status, received, hasBody ? read(received) : "");
  }

  private String read(Map<String, String> headers) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (headers.getOrDefault("transfer-encoding", "").contains("chunked")) {
      int length;
      do {
        length = Integer.parseInt(line(), 16);
        body.write(in.readNBytes(length));
        line();
      } while (length > 0);
    } else {
      body.write(in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0"))));
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the server closed the connection");
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
