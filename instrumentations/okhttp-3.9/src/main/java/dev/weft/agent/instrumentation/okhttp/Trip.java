/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.weft.agent.seam.Attempt;
import dev.weft.agent.seam.Hooks;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Connection;
import okhttp3.Interceptor.Chain;
import org.jspecify.annotations.Nullable;

/** One way of an {@link Exchange} down OkHttp's stack and back. Used by one thread. */
final class Trip {
  @Nullable Attempt attempt;
  @Nullable EndpointDns dns;
  @Nullable AttemptSockets sockets;
  final AttemptTimer timer = new AttemptTimer();
  @Nullable Object alias;
  boolean isHttp2;
  boolean isConnected;
  boolean isReadLimited;
  boolean isInPlaintext;
  boolean isWaitCut;
  boolean headersCame;
  boolean ranOut;
  long startNanos;
  long waitNanos = Attempt.DELIVER;

  /**
   * Starts the attempt: from here on its time runs.
   *
   * @throws SSLPeerUnverifiedException if it is to be secured and OkHttp would not do it
   */
  void begin(Attempt begun) throws SSLPeerUnverifiedException {
    startNanos = System.nanoTime();
    if (dns == null || sockets == null) {
      Hooks.unknownVersion(CallInterceptor.HOOK, "OkHttp did not ask for the address of a call");
      require(begun.tls() == null);
      return;
    }
    dns.bind(begun.connectionKey(), begun.address());
    sockets.bind(begun);
    if (begun.timeoutNanos() > 0 && !isHttp2) {
      timer.start(begun.timeoutNanos());
    }
  }

  /**
   * Returns the chain to connect with. HTTP/2 streams share a socket, which must not be closed for
   * one of them: there the time to wait for data is limited instead. OkHttp 5 does not look at the
   * chain's connect timeout any more.
   */
  Chain limited(Attempt limiting, Chain connecting) {
    Chain chain = connecting;
    int connect = millis(limiting.connectTimeoutNanos());
    if (isLess(connect, chain.connectTimeoutMillis())) {
      chain = chain.withConnectTimeout(connect, MILLISECONDS);
    }
    int read = isHttp2 ? millis(limiting.timeoutNanos()) : 0;
    if (isLess(read, chain.readTimeoutMillis())) {
      isReadLimited = true;
      chain = chain.withReadTimeout(read, MILLISECONDS);
    }
    return chain;
  }

  /** Returns whether a limit is one, and ends before the application's own. */
  private static boolean isLess(int limit, int applications) {
    return limit > 0 && (applications == 0 || limit < applications);
  }

  private static int millis(long nanos) {
    return (int) Math.min(NANOSECONDS.toMillis(nanos + 999_999), Integer.MAX_VALUE);
  }

  /**
   * Tells what connection the attempt is about to be sent over.
   *
   * @throws SSLPeerUnverifiedException if it is not secured as the attempt is to be
   */
  void connected(Attempt sent, Connection connection) throws SSLPeerUnverifiedException {
    require(
        sent.tls() == null || SecuredSocket.isSecured(connection.socket(), sent.connectionKey()));
    isConnected = true;
    timer.watch(connection.socket());
    if (dns != null && !dns.equals(connection.route().address().dns())) {
      Hooks.unknownVersion(CallInterceptor.HOOK, "OkHttp used a connection to another endpoint");
    }
  }

  /** Stops the limit and returns whether the attempt ran into it; idempotent. */
  boolean stopTimer() {
    if (timer.stop()) {
      ranOut = true;
    }
    return ranOut;
  }

  /** Fails what would go out in plaintext although it must not. */
  static void require(boolean isSecured) throws SSLPeerUnverifiedException {
    if (!isSecured) {
      throw new SSLPeerUnverifiedException(
          "The mesh could not secure the connection in this version of OkHttp");
    }
  }

  boolean isTimedOut(Throwable failure) {
    return stopTimer()
        || (isReadLimited
            && failure instanceof SocketTimeoutException
            && attempt != null
            && System.nanoTime() - startNanos >= attempt.timeoutNanos());
  }
}
