/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.javahttpclient;

import dev.weft.agent.seam.Attempt.Failure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Says in the seam's words why the library failed. */
final class Failures {
  private Failures() {}

  /**
   * Returns why no response headers came.
   *
   * @param limitReached whether the attempt's time limit had run out
   * @param limitIsTheApplications whether that limit came from the application's own timeout
   */
  static Failure of(Throwable failure, boolean limitReached, boolean limitIsTheApplications) {
    Throwable cause = unwrap(failure);
    if (isCancellation(cause)) {
      return Failure.CANCELLED;
    }
    if (cause instanceof HttpTimeoutException
        && (limitReached || !(cause instanceof HttpConnectTimeoutException))) {
      return limitIsTheApplications ? Failure.APPLICATION_TIMEOUT : Failure.TIMEOUT;
    }
    if (cause instanceof ConnectException
        || cause instanceof HttpConnectTimeoutException
        || cause instanceof UnknownHostException
        || cause instanceof UnresolvedAddressException
        || cause instanceof SSLHandshakeException
        || cause instanceof SSLPeerUnverifiedException
        || isNoTls(cause)) {
      return Failure.CONNECT;
    }
    if (!(cause instanceof IOException)) {
      return Failure.OTHER;
    }
    return isRefusedStream(cause) ? Failure.REFUSED_STREAM : Failure.RESET;
  }

  /** Returns whether the application itself ended it. */
  static boolean isCancellation(Throwable failure) {
    Throwable cause = unwrap(failure);
    return cause instanceof CancellationException || cause instanceof InterruptedException;
  }

  /** Returns what a future wrapped. */
  static Throwable unwrap(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause != null
            && (failure instanceof CompletionException || failure instanceof ExecutionException)
        ? cause
        : failure;
  }

  /** Returns what {@code send} throws for a failure of the application's own body handler. */
  static IOException asThrownBySend(Throwable cause) {
    if (cause instanceof IllegalArgumentException) {
      throw new IllegalArgumentException(cause.getMessage(), cause);
    }
    return new IOException(cause.getMessage(), cause);
  }

  /** Returns whether the peer answered a handshake with something else. */
  private static boolean isNoTls(Throwable cause) {
    String message = cause.getMessage();
    return cause instanceof SSLException
        && message != null
        && message.contains("unrecognized SSL message");
  }

  private static boolean isRefusedStream(Throwable cause) {
    String message = cause.getMessage();
    return message != null && message.contains("REFUSED_STREAM");
  }
}
