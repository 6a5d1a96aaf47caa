/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * What the user asked for.
 *
 * @param action what to do
 * @param keep whether the shop stays when the steps are over
 * @param limit how long the steps may take, starting the shop included
 */
record Arguments(Action action, boolean keep, Duration limit) {
  /** Leaves time to end the shop within the two minutes that are promised. */
  static final Duration USUAL_LIMIT = Duration.ofSeconds(115);

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if something in it is not known, with what is
   */
  static Arguments parse(List<String> words) {
    Action action = Action.RUN;
    boolean keep = false;
    Duration limit = USUAL_LIMIT;
    Iterator<String> rest = words.iterator();
    while (rest.hasNext()) {
      String word = rest.next();
      switch (word) {
        case "--keep" -> keep = true;
        case "--stop" -> action = Action.STOP;
        case "--limit" -> limit = seconds(rest.hasNext() ? rest.next() : "nothing");
        case "-h", "--help", "help" -> {
          return new Arguments(Action.HELP, false, limit);
        }
        default ->
            throw new IllegalArgumentException(
                word + " (expected: --keep, --limit, --stop or --help)");
      }
    }
    if (keep && action == Action.STOP) {
      throw new IllegalArgumentException("--keep with --stop (expected: one of them)");
    }
    return new Arguments(action, keep, limit);
  }

  private static Duration seconds(String text) {
    try {
      int seconds = Integer.parseInt(text);
      if (seconds > 0) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--limit " + text + " (expected: seconds)", e);
    }
    throw new IllegalArgumentException("--limit " + text + " (expected: seconds, 1 or more)");
  }

  /** What to do. */
  enum Action {
    /** Walk through the steps. */
    RUN,
    /** End what an earlier run left running. */
    STOP,
    /** List the steps and options. */
    HELP
  }
}
