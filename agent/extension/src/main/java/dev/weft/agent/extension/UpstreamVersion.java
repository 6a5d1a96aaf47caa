/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import org.jspecify.annotations.Nullable;

/**
 * Says whether an OpenTelemetry Java agent is one that the bare extension fits: it weaves through
 * an API that upstream calls unstable.
 */
final class UpstreamVersion {
  private static final int OLDEST_MINOR = 30;
  private static final int NEWEST_MINOR = 33;

  private UpstreamVersion() {}

  /** How an agent's version fits. */
  enum Fit {
    /** Seen to work. */
    SUITABLE,
    /** Newer than what was seen to work. */
    UNTRIED,
    /** Weaves nothing, and does not say so. */
    UNSUITABLE
  }

  /** Returns how a version such as {@code 2.33.1} fits. */
  static Fit fit(@Nullable String version) {
    String[] parts = version == null ? new String[0] : version.split("[.-]");
    try {
      int major = Integer.parseInt(parts[0]);
      int minor = Integer.parseInt(parts[1]);
      if (major < 2 || (major == 2 && minor < OLDEST_MINOR)) {
        return Fit.UNSUITABLE;
      }
      return major == 2 && minor <= NEWEST_MINOR ? Fit.SUITABLE : Fit.UNTRIED;
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return Fit.UNTRIED;
    }
  }
}
