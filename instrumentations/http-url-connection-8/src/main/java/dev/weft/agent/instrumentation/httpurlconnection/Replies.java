/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.seam.Reply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import sun.net.www.http.HttpClient;

/**
 * The mesh's own answers, as what a server would have sent: the JDK parses them as any other, so
 * that codes, streams, cookies and redirects are what the application is used to.
 */
final class Replies {
  private static final Map<Long, Reply> OPENING = new ConcurrentHashMap<>();
  private static final AtomicLong COUNT = new AtomicLong();

  private Replies() {}

  /** Makes a client that is connected to a reply. */
  static HttpClient open(Reply reply, Connect connect) throws IOException {
    long number = COUNT.getAndIncrement();
    OPENING.put(number, reply);
    try {
      return connect.openUnshared(Target.toReply(connect.url(), number));
    } finally {
      OPENING.remove(number);
    }
  }

  /** Returns a socket that is connected to the reply of a name; null if it names a server. */
  static @Nullable Socket connect(String server) {
    long number = Target.replyNumber(server);
    Reply reply = number < 0 ? null : OPENING.get(number);
    return reply == null ? null : new ReplySocket(bytes(reply));
  }

  private static byte[] bytes(Reply reply) {
    byte[] body = reply.body().getBytes(UTF_8);
    StringBuilder head = new StringBuilder(256);
    head.append("HTTP/1.1 ").append(reply.status()).append(' ');
    head.append(reply.reasonPhrase()).append("\r\n");
    for (Map.Entry<String, String> header : reply.headers()) {
      head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    head.append("content-length: ").append(body.length).append("\r\nconnection: close\r\n\r\n");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head.toString().getBytes(ISO_8859_1));
    out.writeBytes(body);
    return out.toByteArray();
  }

  /** Connected to nobody: what is written is dropped, what is read is the reply. */
  private static final class ReplySocket extends Socket {
    private final InputStream in;

    ReplySocket(byte[] reply) {
      in = new ByteArrayInputStream(reply);
    }

    @Override
    public InputStream getInputStream() {
      return in;
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public void setTcpNoDelay(boolean on) {
      // There is nothing to delay.
    }

    @Override
    public int getSoTimeout() {
      return 0;
    }

    @Override
    public void setSoTimeout(int timeout) {
      // A read never waits.
    }
  }
}
