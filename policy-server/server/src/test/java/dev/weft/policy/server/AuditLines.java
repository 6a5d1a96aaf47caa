/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.server;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What is written to the audit log until this is closed. */
final class AuditLines extends Handler {
  private final Logger log = Logger.getLogger("dev.weft.policy.server.audit");
  final Queue<String> lines = new ConcurrentLinkedQueue<>();

  AuditLines() {
    log.addHandler(this);
  }

  @Override
  public void publish(LogRecord line) {
    lines.add(line.getMessage());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    log.removeHandler(this);
  }
}
