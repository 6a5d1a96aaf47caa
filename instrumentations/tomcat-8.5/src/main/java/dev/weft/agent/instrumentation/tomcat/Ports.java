/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.tomcat;

import dev.weft.agent.seam.Inbound;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.Nio2Endpoint;
import org.apache.tomcat.util.net.NioEndpoint;
import org.jspecify.annotations.Nullable;

/** The ports of the HTTP connectors; AJP's are a proxy's business, Unix sockets have none. */
final class Ports {
  private static final String HTTP_2 = "h2";
  private static final String HTTP_1 = "http/1.1";

  /** Kept because a connector that closes its server socket gracefully forgets its port. */
  private static final Map<AbstractProtocol<?>, Integer> OPEN =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** What is spoken at endpoints whose connections can be secured, the best first. */
  private static final Map<Object, List<String>> PLAINTEXT =
      Collections.synchronizedMap(new WeakHashMap<>());

  private Ports() {}

  /** Tells that a protocol is about to accept connections. */
  static void opening(AbstractProtocol<?> protocol, Object endpoint) {
    if (protocol instanceof AbstractHttp11Protocol<?> http
        && !http.isSSLEnabled()
        && (endpoint instanceof NioEndpoint || endpoint instanceof Nio2Endpoint)
        && Connections.areSecurable()) {
      PLAINTEXT.put(endpoint, speaksHttp2(http) ? List.of(HTTP_2, HTTP_1) : List.of(HTTP_1));
    }
  }

  static void opened(AbstractProtocol<?> protocol, Object endpoint) {
    int port = protocol.getLocalPort();
    if (port > 0
        && protocol instanceof AbstractHttp11Protocol<?> http
        && OPEN.putIfAbsent(protocol, port) == null) {
      Inbound.listening(
          TomcatModule.HOOK,
          port,
          http.isSSLEnabled() ? "https" : "http",
          PLAINTEXT.containsKey(endpoint));
    }
  }

  static void closing(AbstractProtocol<?> protocol) {
    Integer port = OPEN.remove(protocol);
    if (port != null) {
      Inbound.closed(port);
    }
  }

  /** Returns what is spoken at an endpoint, in ALPN's words; null if its bytes are left alone. */
  static @Nullable List<String> plaintextProtocols(Object endpoint) {
    return PLAINTEXT.get(endpoint);
  }

  /** Tomcat takes HTTP/2 without TLS from whoever begins with it, once it is configured. */
  private static boolean speaksHttp2(AbstractHttp11Protocol<?> http) {
    for (UpgradeProtocol upgrade : http.findUpgradeProtocols()) {
      if (HTTP_2.equals(upgrade.getAlpnName())) {
        return true;
      }
    }
    return false;
  }
}
