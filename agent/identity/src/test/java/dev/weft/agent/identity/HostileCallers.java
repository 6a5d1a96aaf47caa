/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Callers who begin connections with {@linkplain ClientHellos#hostile anything}. */
public final class HostileCallers {
  private static final int AT_A_TIME = 16;
  private static final int STUCK_MILLIS = 60_000;

  private HostileCallers() {}

  /**
   * Makes connections to a port of this machine, several at a time, and waits for the end of each.
   *
   * @param hello what a well-meant caller would begin with
   * @throws java.util.concurrent.ExecutionException if one could not be made, or has no end
   */
  public static void call(int port, byte[] hello, int count) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
    try {
      List<Future<?>> callers = new ArrayList<>();
      for (int caller = 0; caller < AT_A_TIME; caller++) {
        Random random = new Random(caller);
        int calls = count / AT_A_TIME + (caller < count % AT_A_TIME ? 1 : 0);
        callers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < calls; i++) {
                    callOnce(port, ClientHellos.hostile(hello, random));
                  }
                  return calls;
                }));
      }
      for (Future<?> caller : callers) {
        caller.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void callOnce(int port, byte[] beginning) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(STUCK_MILLIS);
      try {
        socket.getOutputStream().write(beginning);
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        // Reset: that is an end, too.
      }
    }
  }
}
