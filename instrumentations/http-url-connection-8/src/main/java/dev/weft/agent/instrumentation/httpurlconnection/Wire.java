/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.httpurlconnection;

import dev.weft.agent.seam.Attempt;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import sun.net.www.MessageHeader;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * Puts what an attempt changes into the request that is sent. The connection's own headers, which
 * the application can ask for and every retry starts from, stay as they are.
 */
final class Wire {
  /**
   * By a connection's own headers, while it hands them to its client: they equal only themselves.
   */
  private static final Map<MessageHeader, Attempt> WRITING = new ConcurrentHashMap<>();

  private Wire() {}

  static void writing(HttpURLConnection connection, MessageHeader headers) {
    Exchange exchange = Exchanges.of(connection);
    Attempt attempt = exchange == null ? null : exchange.underWay();
    if (attempt != null
        && (attempt.authority() != null || attempt.path() != null || attempt.mutatesRequest())) {
      WRITING.put(headers, attempt);
    }
  }

  static void written(MessageHeader headers) {
    WRITING.remove(headers);
  }

  /** Returns the headers to send; null if they are to be sent as they are. */
  static @Nullable MessageHeader changed(MessageHeader headers) {
    Attempt attempt = WRITING.isEmpty() ? null : WRITING.get(headers);
    if (attempt == null) {
      return null;
    }
    MessageHeader sent = new MessageHeader();
    for (int i = 0; headers.getKey(i) != null || headers.getValue(i) != null; i++) {
      sent.add(headers.getKey(i), headers.getValue(i));
    }
    String path = attempt.path();
    if (path != null) {
      String line = headers.getKey(0);
      sent.set(
          0,
          line.substring(0, line.indexOf(' ') + 1) + path + line.substring(line.lastIndexOf(' ')),
          null);
    }
    String authority = attempt.authority();
    if (authority != null) {
      sent.set("Host", authority);
    }
    attempt.mutateRequest(sent, RequestView.HEADERS);
    return sent;
  }
}
