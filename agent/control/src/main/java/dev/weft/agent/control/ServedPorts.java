/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.control;

import dev.weft.agent.control.registry.ServedPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ports that this process listens on, in the order in which they were opened. Not thread-safe.
 */
final class ServedPorts {
  private final int firstServicePort;
  private final Map<Integer, Listening> ports = new LinkedHashMap<>();
  private boolean hasIdentity;

  /**
   * Creates an empty list.
   *
   * @param firstServicePort the port that callers name for the first one; 0 for that port itself
   */
  ServedPorts(int firstServicePort) {
    this.firstServicePort = firstServicePort;
  }

  void opened(int port, String protocol, String hook, boolean takesTls) {
    ports.put(port, new Listening(protocol, hook, takesTls));
  }

  void closed(int port) {
    ports.remove(port);
  }

  /** This process can prove who it is from now on: ports take TLS whose hooks do. */
  void identified() {
    hasIdentity = true;
  }

  List<ServedPort> all() {
    int first = ports.isEmpty() ? 0 : ports.keySet().iterator().next();
    return ports.entrySet().stream()
        .map(
            entry -> {
              int port = entry.getKey();
              boolean renamed = port == first && firstServicePort != 0;
              return new ServedPort(
                  renamed ? firstServicePort : port,
                  port,
                  entry.getValue().protocol(),
                  hasIdentity && entry.getValue().takesTls(),
                  entry.getValue().hook());
            })
        .toList();
  }

  private record Listening(String protocol, String hook, boolean takesTls) {}
}
