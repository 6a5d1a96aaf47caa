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
import okhttp3.Connection;
import okhttp3.Interceptor.Chain;
import org.jspecify.annotations.Nullable;

/** One way of an {@link Exchange} down OkHttp's stack and back. Used by one thread. */
final class Trip {
  @Nullable Attempt attempt;
  @Nullable EndpointDns dns;
  @Nullable AttemptTimer timer;
  @Nullable Object alias;
  boolean isHttp2;
  boolean isConnected;
  boolean isReadLimited;
  boolean isWaitCut;
  boolean headersCame;
  boolean ranOut;
  long startNanos;
  long waitNanos = Attempt.DELIVER;

  /** Starts the attempt: from here on its time runs. */
  void begin(Attempt begun) {
    startNanos = System.nanoTime();
    if (dns == null || timer == null) {
      Hooks.unknownVersion(CallInterceptor.HOOK, "OkHttp did not ask for the address of a call");
      return;
    }
    dns.bind(begun.connectionKey(), begun.address());
    if (begun.timeoutNanos() > 0 && !isHttp2) {
      timer.start(begun.timeoutNanos());
    }
  }

  /**
   * Returns the chain to connect with. HTTP/2 streams share a socket, which must not be closed for
   * one of them: there the time to wait for data is limited instead.
   */
  Chain limited(Chain connecting) {
    long nanos = attempt == null ? 0 : attempt.timeoutNanos();
    long millis = NANOSECONDS.toMillis(nanos + 999_999);
    int applications = connecting.readTimeoutMillis();
    if (nanos == 0 || !isHttp2 || (applications != 0 && applications <= millis)) {
      return connecting;
    }
    isReadLimited = true;
    return connecting.withReadTimeout((int) Math.min(millis, Integer.MAX_VALUE), MILLISECONDS);
  }

  void connected(Connection connection) {
    isConnected = true;
    if (timer != null) {
      timer.watch(connection.socket());
    }
    if (dns != null && !dns.equals(connection.route().address().dns())) {
      Hooks.unknownVersion(CallInterceptor.HOOK, "OkHttp used a connection to another endpoint");
    }
  }

  /** Stops the limit and returns whether the attempt ran into it; idempotent. */
  boolean stopTimer() {
    if (timer != null && timer.stop()) {
      ranOut = true;
    }
    return ranOut;
  }

  boolean isTimedOut(Throwable failure) {
    return stopTimer()
        || (isReadLimited
            && failure instanceof SocketTimeoutException
            && attempt != null
            && System.nanoTime() - startNanos >= attempt.timeoutNanos());
  }
}
