/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control.channel;

import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Logs the same fault at most once a minute. Not thread-safe. */
public final class RepeatedLog {
  private static final long MINUTE_NANOS = 60_000_000_000L;
  private static final int FORGET_ABOVE = 1000;
  private final Logger logger;
  private final ControlLoop loop;
  private final Map<String, Long> lastNanos = new HashMap<>();

  /** Creates one that has logged nothing. */
  public RepeatedLog(Logger logger, ControlLoop loop) {
    this.logger = logger;
    this.loop = loop;
  }

  /**
   * Logs, unless the same fault was logged within the last minute.
   *
   * @param fault what makes two messages the same
   */
  public void log(Level level, String fault, String message) {
    log(level, fault, message, null);
  }

  /** Logs with a cause, unless the same fault was logged within the last minute. */
  public void log(Level level, String fault, String message, @Nullable Throwable cause) {
    long now = loop.nanoTime();
    Long last = lastNanos.get(fault);
    if (last != null && now - last < MINUTE_NANOS) {
      return;
    }
    if (lastNanos.size() >= FORGET_ABOVE) {
      lastNanos.values().removeIf(time -> now - time >= MINUTE_NANOS);
    }
    lastNanos.put(fault, now);
    logger.log(level, message, cause);
  }
}
