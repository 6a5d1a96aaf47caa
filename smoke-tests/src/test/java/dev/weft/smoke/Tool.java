/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.opentest4j.AssertionFailedError;

/**
 * A program that some tests need, and the system property that says what they do without it: {@code
 * auto} skips them and says so, {@code required} fails, {@code off} skips them.
 */
enum Tool {
  /** A Docker engine that answers. */
  DOCKER("weft.docker", "docker info"),
  /** Compose, as a program of its own or as Docker's. */
  COMPOSE("weft.tools", "docker compose version || docker-compose version"),
  /** Python with virtual environments. */
  PYTHON("weft.tools", "python3 -m venv --help"),
  /** What checks units of systemd. */
  SYSTEMD_ANALYZE("weft.tools", "systemd-analyze --version");

  private static final Map<Tool, Boolean> THERE = new EnumMap<>(Tool.class);

  private final String property;
  private final String command;

  Tool(String property, String command) {
    this.property = property;
    this.command = command;
  }

  /**
   * Returns whether to run a test that needs it.
   *
   * @throws AssertionFailedError if it is required and not there
   */
  ConditionEvaluationResult condition() {
    String wanted = System.getProperty(property, "auto");
    if (wanted.equals("off")) {
      return ConditionEvaluationResult.disabled(property + "=off");
    }
    if (isThere()) {
      return ConditionEvaluationResult.enabled(this + " is there");
    }
    String missing = this + " is not there: " + command + " fails";
    if (wanted.equals("required")) {
      throw new AssertionFailedError(property + "=required, and " + missing);
    }
    System.err.println("SKIPPED, as " + missing + " (" + property + "=required fails here)");
    return ConditionEvaluationResult.disabled(missing);
  }

  /** Ends the test that calls it, as a skipped one, unless there is the tool. */
  void orSkip() {
    ConditionEvaluationResult condition = condition();
    Assumptions.assumeFalse(condition.isDisabled(), () -> condition.getReason().orElse(""));
  }

  private boolean isThere() {
    synchronized (THERE) {
      return THERE.computeIfAbsent(
          this, tool -> Command.run(List.of("sh", "-c", tool.command)).status() == 0);
    }
  }
}
