/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What came of a command line. */
record CommandRun(int exitCode, String output, String errors) {
  static CommandRun of(String... arguments) {
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();
    int exitCode =
        WeftCommand.commandLine()
            .setOut(new PrintWriter(output))
            .setErr(new PrintWriter(errors))
            .execute(arguments);
    return new CommandRun(exitCode, output.toString(), errors.toString());
  }
}
