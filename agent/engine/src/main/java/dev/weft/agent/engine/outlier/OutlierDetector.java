/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.outlier;

import dev.weft.agent.engine.config.ClusterConfig.OutlierDetection;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Envoy's outlier detection by errors in a row, without a thread of its own: an ejection ends when
 * the clock passes its end. Thread-safe.
 */
public final class OutlierDetector {
  private final OutlierDetection settings;
  private final EjectionState state;
  private final Ejection[] endpoints;

  /** Watches the endpoints of one cluster. */
  public OutlierDetector(OutlierDetection settings, EjectionState state, Ejection[] endpoints) {
    this.settings = settings;
    this.state = state;
    this.endpoints = endpoints.clone();
  }

  /**
   * Takes note of a result. A success resets the counts.
   *
   * @param status the HTTP status that the result counts as: 503 for a transport failure, 504 for a
   *     timeout
   */
  public void report(Ejection endpoint, int status, long now) {
    if (status < 500) {
      reset(endpoint.serverErrors);
      reset(endpoint.gatewayErrors);
      return;
    }
    boolean eject = false;
    if (status >= 502 && status <= 504) {
      eject = reached(endpoint.gatewayErrors, settings.consecutiveGatewayErrors());
    } else {
      reset(endpoint.gatewayErrors);
    }
    eject |= reached(endpoint.serverErrors, settings.consecutive5xx());
    if (eject && !endpoint.isEjected(now)) {
      eject(endpoint, now);
    }
  }

  /** Does nothing while another thread ejects: the count stays, so the next error tries again. */
  private void eject(Ejection endpoint, long now) {
    if (!state.enter()) {
      return;
    }
    boolean ejects = false;
    try {
      ejects = !endpoint.isEjected(now) && isAllowed(now);
      if (ejects) {
        endpoint.eject(
            now,
            settings.intervalNanos(),
            settings.baseEjectionNanos(),
            settings.maxEjectionNanos());
      }
    } finally {
      state.leave(ejects);
    }
  }

  private boolean isAllowed(long now) {
    int ejected = 0;
    for (Ejection endpoint : endpoints) {
      ejected += endpoint.isEjected(now) ? 1 : 0;
    }
    return ejected == 0
        || 100L * (ejected + 1) <= (long) settings.maxEjectionPercent() * endpoints.length;
  }

  private static boolean reached(AtomicInteger count, int threshold) {
    return count.incrementAndGet() >= threshold && threshold > 0;
  }

  /** Reads first: a write would take the cache line from the other threads at each success. */
  private static void reset(AtomicInteger count) {
    if (count.get() != 0) {
      count.set(0);
    }
  }
}
