/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes bytes on to a server on loopback, and keeps all that went by in either direction. */
public final class Relay implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
  private final AtomicInteger connections = new AtomicInteger();
  private final int target;

  /**
   * Listens on any port of loopback.
   *
   * @param target the server's port
   */
  public Relay(int target) throws IOException {
    this.target = target;
    threads.execute(this::accept);
  }

  /** Returns where it listens. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Returns how many connections went through. */
  public int connections() {
    return connections.get();
  }

  /** Returns all that went by, a character for each byte. */
  public String wire() {
    synchronized (wire) {
      return wire.toString(StandardCharsets.ISO_8859_1);
    }
  }

  /** Forgets all that went by. */
  public void forget() {
    synchronized (wire) {
      wire.reset();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow();
  }

  private void accept() {
    try {
      while (true) {
        Socket caller = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        connections.incrementAndGet();
        threads.execute(() -> pass(caller, server));
        threads.execute(() -> pass(server, caller));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] buffer = new byte[16_384];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        synchronized (wire) {
          wire.write(buffer, 0, count);
        }
        out.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // One of them is gone; both are closed.
    }
  }
}
