/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import java.util.List;
import java.util.Map;

/**
 * A process that announced itself.
 *
 * @param nodeId its node id
 * @param service a DNS label, or a host name with dots
 * @param namespace a DNS label
 * @param instance unique among the running instances of the service
 * @param address the IP address that callers use
 * @param labels for subsets and selectors
 * @param ports what it serves
 * @param locality {@code region/zone/subzone}; empty if unknown
 * @param weight 1 or more
 * @param serviceAccount the account that it runs as, part of its identity
 */
public record Workload(
    String nodeId,
    String service,
    String namespace,
    String instance,
    String address,
    Map<String, String> labels,
    List<Port> ports,
    String locality,
    int weight,
    String serviceAccount) {
  /** Makes a workload that runs as the account {@code default}. */
  public Workload(
      String nodeId,
      String service,
      String namespace,
      String instance,
      String address,
      Map<String, String> labels,
      List<Port> ports,
      String locality,
      int weight) {
    this(nodeId, service, namespace, instance, address, labels, ports, locality, weight, "default");
  }

  /** Copies the collections. */
  public Workload {
    labels = Map.copyOf(labels);
    ports = List.copyOf(ports);
  }

  /** Returns whether this is an IP address that can be called, not one such as 0.0.0.0. */
  public static boolean isReachable(String address) {
    return IpAddress.isIp(address) && !address.equals("0.0.0.0") && !address.equals("::");
  }

  /** Returns this workload with other ports. */
  public Workload withPorts(List<Port> others) {
    return new Workload(
        nodeId,
        service,
        namespace,
        instance,
        address,
        labels,
        others,
        locality,
        weight,
        serviceAccount);
  }

  /** Returns the port that the process listens on for a port that callers name, or -1 for none. */
  int targetPort(int servicePort) {
    for (Port port : ports) {
      if (port.servicePort() == servicePort) {
        return port.targetPort();
      }
    }
    return -1;
  }

  /**
   * A port.
   *
   * @param servicePort the port that callers name
   * @param targetPort the port that the process listens on
   * @param protocol as announced: http, http2, grpc, https or tcp
   * @param isTls whether the agent can accept the mesh's TLS there
   */
  public record Port(int servicePort, int targetPort, String protocol, boolean isTls) {}
}
