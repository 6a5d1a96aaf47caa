/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.demo;

import java.util.List;

/**
 * What the user asked for.
 *
 * @param action what to do
 * @param keep whether the shop stays when the steps are over
 */
record Arguments(Action action, boolean keep) {
  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if something in it is not known, with what is
   */
  static Arguments parse(List<String> words) {
    Action action = Action.RUN;
    boolean keep = false;
    for (String word : words) {
      switch (word) {
        case "--keep" -> keep = true;
        case "--stop" -> action = Action.STOP;
        case "-h", "--help", "help" -> {
          return new Arguments(Action.HELP, false);
        }
        default ->
            throw new IllegalArgumentException(word + " (expected: --keep, --stop or --help)");
      }
    }
    if (keep && action == Action.STOP) {
      throw new IllegalArgumentException("--keep with --stop (expected: one of them)");
    }
    return new Arguments(action, keep);
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
