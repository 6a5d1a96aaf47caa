/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import dev.weft.agent.seam.RefusedConnection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.logging.Logger;

/**
 * Says which connections are closed before the application has them: for each reason one a minute,
 * with how many there were until then. Thread-safe.
 */
final class RefusalLog {
  private static final Logger logger = Logger.getLogger(RefusalLog.class.getName());
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanoTime;
  private final Map<RefusedConnection.Reason, Entry> entries =
      new EnumMap<>(RefusedConnection.Reason.class);

  RefusalLog(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    for (RefusedConnection.Reason reason : RefusedConnection.Reason.values()) {
      entries.put(reason, new Entry(nanoTime.getAsLong()));
    }
  }

  void refused(RefusedConnection connection) {
    Entry entry = entries.get(connection.reason());
    if (entry == null) {
      return;
    }
    entry.count.incrementAndGet();
    long due = entry.due.get();
    long now = nanoTime.getAsLong();
    if (now - due >= 0 && entry.due.compareAndSet(due, now + MINUTE_NANOS)) {
      logger.warning(message(connection, entry.count.getAndSet(0)));
    }
  }

  private static String message(RefusedConnection connection, long count) {
    return "Port "
        + connection.port()
        + " closed a connection of "
        + (connection.peer() == null ? "an unknown peer" : connection.peer())
        + ": "
        + what(connection)
        + ". Like that in the last minute or more: "
        + count;
  }

  private static String what(RefusedConnection connection) {
    return switch (connection.reason()) {
      case PLAINTEXT ->
          "it began in plaintext (expected: mutual TLS, which is STRICT there). Let the caller run"
              + " with Weft and an identity, or allow it by mtls PERMISSIVE, or portLevelMtls"
              + " DISABLE for the port, in a PeerAuthentication";
      case NO_IDENTITY ->
          "it began with TLS, which is STRICT there, and this process has no certificate yet"
              + " (expected: weft.identity.token.file or another credential, and a policy server"
              + " that takes it)";
      case HANDSHAKE ->
          "TLS failed: "
              + connection.detail()
              + " (expected: TLS of a version of weft.tls.protocols, with a certificate of the"
              + " mesh's CA). Look at the caller's identity and clock";
    };
  }

  private static final class Entry {
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong due;

    Entry(long due) {
      this.due = new AtomicLong(due);
    }
  }
}
