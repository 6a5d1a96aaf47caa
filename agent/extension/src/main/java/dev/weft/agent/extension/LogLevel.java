/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

/**
 * Sets how much Weft logs. The agent's own logger reads levels from system properties when a logger
 * is made, so this must come before any of ours.
 */
final class LogLevel {
  private static final String PREFIX = "io.opentelemetry.javaagent.slf4j.simpleLogger.log.";

  /** The library that we speak to the policy server with, as it is named in our jar. */
  private static final String GRPC = "dev.weft.shaded.io.grpc";

  private LogLevel() {}

  static void apply(String level) {
    if (!level.isEmpty()) {
      set("dev.weft", level);
    }
    // A server that is away is told of by us, once a minute: not by each try, with a stack trace.
    set(GRPC, "error");
  }

  private static void set(String logger, String level) {
    if (System.getProperty(PREFIX + logger) == null) {
      System.setProperty(PREFIX + logger, level);
    }
  }
}
