/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import java.util.Map;
import org.testcontainers.containers.Network;

/**
 * A network between containers.
 *
 * @param network what Testcontainers knows of it
 * @param name its name
 */
record Wire(Network network, String name) implements AutoCloseable {
  private static final String BIND_OPTION = "com.docker.network.bridge.host_binding_ipv4";

  /** Makes a network whose published ports are on loopback. */
  static Wire open() {
    return create(false);
  }

  /** Makes a network that leads nowhere else, and publishes no ports. */
  static Wire internal() {
    return create(true);
  }

  /** Returns the id that Docker gave it. */
  String id() {
    return network.getId();
  }

  @Override
  public void close() {
    network.close();
  }

  private static Wire create(boolean isInternal) {
    Network.NetworkImpl network =
        Network.builder()
            .createNetworkCmdModifier(
                command ->
                    command
                        .withInternal(isInternal)
                        .withLabels(Map.of(Box.LABEL, "true"))
                        .withOptions(Map.of(BIND_OPTION, "127.0.0.1")))
            .build();
    return new Wire(network, network.getName());
  }
}
