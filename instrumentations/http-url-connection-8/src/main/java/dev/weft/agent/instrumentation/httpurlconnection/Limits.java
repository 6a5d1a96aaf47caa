/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.weft.agent.seam.Attempt;
import sun.net.www.http.HttpClient;

/**
 * The attempt's time, as the JDK's connect and read timeouts. What the application does between
 * connecting and asking for the response is its own time.
 */
final class Limits {
  private static final Limits NONE = new Limits(false, 0);

  private final boolean isSet;
  private final int applicationsMillis;

  private Limits(boolean isSet, int applicationsMillis) {
    this.isSet = isSet;
    this.applicationsMillis = applicationsMillis;
  }

  /** Returns the least of the application's connect timeout, the attempt's and its whole time. */
  static int connectMillis(int applicationsMillis, Attempt attempt) {
    return lesser(
        lesser(applicationsMillis, millis(attempt.connectTimeoutNanos())),
        millis(attempt.timeoutNanos()));
  }

  /** Returns how long a handshake may wait for the peer: as for a connection, or for any data. */
  static int handshakeMillis(int connectMillis, int readMillis) {
    return lesser(Math.max(0, connectMillis), readMillis);
  }

  /** Returns whether connecting took all of the attempt's time. */
  static boolean ranOut(Attempt attempt, long connectNanos) {
    return attempt.timeoutNanos() > 0 && connectNanos >= attempt.timeoutNanos();
  }

  /** Limits the wait for response headers to what connecting has left of the attempt's time. */
  static Limits ofRead(HttpClient client, Attempt attempt, long connectNanos) {
    if (attempt.timeoutNanos() == 0) {
      return NONE;
    }
    int own = millis(Math.max(1, attempt.timeoutNanos() - connectNanos));
    int applications = client.getReadTimeout();
    if (applications > 0 && applications <= own) {
      return NONE;
    }
    client.setReadTimeout(own);
    return new Limits(true, applications);
  }

  boolean isSet() {
    return isSet;
  }

  /** Gives the application's read timeout back. */
  void lift(HttpClient client) {
    if (isSet) {
      client.setReadTimeout(0);
      client.setReadTimeout(applicationsMillis); // -1: the JDK's default, if there is one
    }
  }

  /** Returns the lesser of two times, of which 0 and less is none. */
  private static int lesser(int millis, int other) {
    return other > 0 && (millis <= 0 || other < millis) ? other : millis;
  }

  private static int millis(long nanos) {
    long millis = (nanos + MILLISECONDS.toNanos(1) - 1) / MILLISECONDS.toNanos(1);
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }
}
