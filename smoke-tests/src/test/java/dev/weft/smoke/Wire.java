/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import com.github.dockerjava.api.model.Network.Ipam;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
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

  /** Makes it with a subnet that Docker found free, named so that addresses can be asked for. */
  private static Wire create(boolean isInternal) {
    String subnet;
    try (Network.NetworkImpl probe = Network.builder().build()) {
      subnet =
          DockerClientFactory.lazyClient()
              .inspectNetworkCmd()
              .withNetworkId(probe.getId())
              .exec()
              .getIpam()
              .getConfig()
              .get(0)
              .getSubnet();
    }
    Network.NetworkImpl network =
        Network.builder()
            .createNetworkCmdModifier(
                command ->
                    command
                        .withInternal(isInternal)
                        .withIpam(new Ipam().withConfig(new Ipam.Config().withSubnet(subnet)))
                        .withLabels(Map.of(Box.LABEL, "true"))
                        .withOptions(Map.of(BIND_OPTION, "127.0.0.1")))
            .build();
    return new Wire(network, network.getName());
  }
}
