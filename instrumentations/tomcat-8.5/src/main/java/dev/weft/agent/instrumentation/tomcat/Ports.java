/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.Inbound;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;

/** The ports of the HTTP connectors; AJP's are a proxy's business, Unix sockets have none. */
final class Ports {
  /** Kept because a connector that closes its server socket gracefully forgets its port. */
  private static final Map<AbstractProtocol<?>, Integer> OPEN =
      Collections.synchronizedMap(new WeakHashMap<>());

  private Ports() {}

  static void opened(AbstractProtocol<?> protocol) {
    int port = protocol.getLocalPort();
    if (port > 0
        && protocol instanceof AbstractHttp11Protocol<?> http
        && OPEN.putIfAbsent(protocol, port) == null) {
      Inbound.listening(TomcatModule.HOOK, port, http.isSSLEnabled() ? "https" : "http", false);
    }
  }

  static void closing(AbstractProtocol<?> protocol) {
    Integer port = OPEN.remove(protocol);
    if (port != null) {
      Inbound.closed(port);
    }
  }
}
