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

  private LogLevel() {}

  static void apply(String level) {
    if (!level.isEmpty() && System.getProperty(PREFIX + "dev.weft") == null) {
      System.setProperty(PREFIX + "dev.weft", level);
    }
  }
}
