/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.seam;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;

/** A server that sends back what it gets, on channels that sniff. Remembers who spoke. */
final class EchoServer implements AutoCloseable {
  private final ServerSocketChannel server = ServerSocketChannel.open();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<String> heardFrom = new CopyOnWriteArrayList<>();
  private final ServerTls tls;

  EchoServer(ServerTls tls) throws IOException {
    this.tls = tls;
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
    threads.execute(this::accept);
  }

  int port() {
    return server.socket().getLocalPort();
  }

  /** Returns the callers of which bytes came, by SPIFFE ID; {@code plaintext} for others. */
  List<String> heardFrom() {
    return heardFrom;
  }

  /** Returns how many connections there are. */
  int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel accepted = server.accept();
        connections.incrementAndGet();
        threads.execute(() -> serve(accepted));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void serve(SocketChannel accepted) {
    try (SniffedChannel channel =
        new SniffedChannel(accepted, tls, List.of(), AcceptedConnection.of(accepted))) {
      ByteBuffer buffer = ByteBuffer.allocate(8192);
      boolean isKnown = false;
      while (channel.read(buffer) >= 0) {
        if (!isKnown) {
          isKnown = true;
          SSLEngine engine = channel.engine();
          heardFrom.add(
              engine == null
                  ? "plaintext"
                  : String.valueOf(PeerCertificate.spiffeId(engine.getSession())));
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // The caller's fault, or the end of the test.
    } finally {
      connections.decrementAndGet();
    }
  }
}
