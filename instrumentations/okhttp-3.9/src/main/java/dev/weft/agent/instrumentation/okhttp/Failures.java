/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.okhttp;

import dev.weft.agent.seam.Attempt.Failure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLHandshakeException;

/** What OkHttp's exceptions mean. */
final class Failures {
  private Failures() {}

  /**
   * Returns why there are no response headers.
   *
   * @param timedOut the attempt's own limit ran out
   * @param connected OkHttp had a connection
   * @param canceled the application cancelled the call, or its call timeout did
   */
  static Failure of(Throwable failure, boolean timedOut, boolean connected, boolean canceled) {
    if (canceled) {
      return Failure.CANCELLED;
    }
    if (timedOut) {
      return Failure.TIMEOUT;
    }
    if (failure instanceof SocketTimeoutException) {
      return connected ? Failure.APPLICATION_TIMEOUT : Failure.CONNECT;
    }
    if (failure instanceof InterruptedIOException) {
      return Failure.CANCELLED;
    }
    if (!(failure instanceof IOException) || failure instanceof ProtocolException) {
      return Failure.OTHER;
    }
    if (!connected || isConnect(failure)) {
      return Failure.CONNECT;
    }
    return String.valueOf(failure.getMessage()).endsWith("REFUSED_STREAM")
        ? Failure.REFUSED_STREAM
        : Failure.RESET;
  }

  /** Returns what says that an attempt ran into its limit. */
  static IOException timeout(IOException cause) {
    InterruptedIOException timeout = new InterruptedIOException("timeout");
    timeout.initCause(cause);
    return timeout;
  }

  private static boolean isConnect(Throwable failure) {
    return failure instanceof ConnectException
        || failure instanceof NoRouteToHostException
        || failure instanceof UnknownHostException
        || failure instanceof SSLHandshakeException; // a server says so after the first request
  }
}
