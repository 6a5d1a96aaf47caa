/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * What somebody sees who listens on the wire: passes bytes on between callers and a server, and
 * keeps what went by. On one machine it stands at another address of the loopback network on the
 * server's own port, so that a workload which announces that address is called through it; that
 * needs Linux, where all of 127.0.0.0/8 is there. Thread-safe.
 */
public final class Relay implements AutoCloseable {
  /** The address that it stands at. */
  public static final String ADDRESS = "127.0.0.2";

  private static final int MOST_BYTES = 1 << 20;

  private final ServerSocket listener;
  private final InetSocketAddress target;
  private final Consumer<String> listeners;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "relay");
            thread.setDaemon(true);
            return thread;
          });
  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();

  private Relay(InetSocketAddress address, InetSocketAddress target, Consumer<String> listeners)
      throws IOException {
    this.target = target;
    this.listeners = listeners;
    this.listener = new ServerSocket();
    listener.bind(address);
  }

  /**
   * Listens in a process of its own until that is ended, and prints what goes by, unprintable bytes
   * as dots.
   *
   * @param arguments the port to listen on, the host and the port to pass on to
   */
  public static void main(String[] arguments) throws IOException {
    try (Relay relay =
        new Relay(
            new InetSocketAddress(Integer.parseInt(arguments[0])),
            InetSocketAddress.createUnresolved(arguments[1], Integer.parseInt(arguments[2])),
            bytes -> System.out.println(bytes.replaceAll("[^ -~]", ".")))) {
      relay.accept();
    }
  }

  /**
   * Starts one in front of a port of 127.0.0.1.
   *
   * @throws UncheckedIOException if the port is taken
   */
  public static Relay before(int port) {
    try {
      Relay relay =
          new Relay(
              new InetSocketAddress(ADDRESS, port),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
              bytes -> {});
      relay.threads.execute(relay::accept);
      return relay;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + ADDRESS + ":" + port, e);
    }
  }

  /**
   * Returns what went by in either direction since the last time, a character for each byte, up to
   * 1 MiB.
   */
  public String take() {
    synchronized (wire) {
      String taken = wire.toString(StandardCharsets.ISO_8859_1);
      wire.reset();
      return taken;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns whether this machine has the address. */
  public static boolean isPossible() {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(ADDRESS, 0));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket caller = listener.accept();
        Socket server = connect(caller);
        threads.execute(() -> pass(caller, server));
        threads.execute(() -> pass(server, caller));
      } catch (IOException e) {
        // It is closed, or the server is not there: the caller's connection is closed too.
      }
    }
  }

  private Socket connect(Socket caller) throws IOException {
    try {
      // By name each time: a container that comes back may have another address.
      return new Socket(target.getHostString(), target.getPort());
    } catch (IOException e) {
      caller.close();
      throw e;
    }
  }

  private void keep(byte[] bytes, int count) {
    listeners.accept(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
    synchronized (wire) {
      wire.write(bytes, 0, Math.min(count, MOST_BYTES - wire.size()));
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] buffer = new byte[16_384];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        keep(buffer, count);
        out.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // One of the two is gone; both are closed.
    }
  }
}
