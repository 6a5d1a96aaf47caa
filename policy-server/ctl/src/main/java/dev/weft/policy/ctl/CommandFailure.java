/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import picocli.CommandLine;

/** Why a command could not do what it was asked; the message says what to do next. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /** Something else is not as it has to be. */
  CommandFailure(String message) {
    this(message, CommandLine.ExitCode.SOFTWARE);
  }

  private CommandFailure(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /** What the command was given is wrong: an argument, or a file. */
  static CommandFailure badInput(String message) {
    return new CommandFailure(message, CommandLine.ExitCode.USAGE);
  }

  /** Returns what the program ends with: 1, or 2 for a wrong input. */
  int exitCode() {
    return exitCode;
  }
}
