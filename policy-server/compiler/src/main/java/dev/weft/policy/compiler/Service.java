/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.policy.model.ResourceKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A host that requests can be sent to: announced by agents or declared by a ServiceEntry. Its
 * announced endpoints are not part of it.
 *
 * @param host its full name, lower case; may start with {@code *.}
 * @param namespace where it was announced or declared
 * @param ports at most one for each number, in ascending order
 * @param resolution how its endpoints are found
 * @param visibility which namespaces see it
 * @param declaredBy the ServiceEntry; null for an announced one
 * @param endpoints those that the ServiceEntry lists
 * @param selector the labels of the announced workloads that are its endpoints; empty for none,
 *     unless it is announced
 * @param isInternal whether its endpoints are part of the mesh, so that they may take its TLS
 * @param subjectAltNames the identities that its endpoints have; empty if each says its own
 */
record Service(
    String host,
    String namespace,
    List<Port> ports,
    Resolution resolution,
    Visibility visibility,
    @Nullable ResourceKey declaredBy,
    List<Endpoint> endpoints,
    Map<String, String> selector,
    boolean isInternal,
    List<String> subjectAltNames) {
  Service {
    ports = List.copyOf(ports);
    endpoints = List.copyOf(endpoints);
    selector = Map.copyOf(selector);
    subjectAltNames = List.copyOf(subjectAltNames);
  }

  /** Returns what it was made of. */
  Set<ResourceKey> origins() {
    return declaredBy == null ? Set.of() : Set.of(declaredBy);
  }

  @Nullable Port port(int number) {
    for (Port port : ports) {
      if (port.number() == number) {
        return port;
      }
    }
    return null;
  }

  /** Returns whether announced workloads of the mesh are among its endpoints. */
  boolean hasWorkloads() {
    return resolution == Resolution.ANNOUNCED || (isInternal && !selector.isEmpty());
  }

  /** Returns a service that differs in the endpoints that it lists. */
  Service withEndpoints(List<Endpoint> others) {
    return new Service(
        host,
        namespace,
        ports,
        resolution,
        visibility,
        declaredBy,
        others,
        selector,
        isInternal,
        subjectAltNames);
  }

  /** Returns the first label of its host, for display. */
  String shortName() {
    int dot = host.indexOf('.');
    return dot < 0 ? host : host.substring(0, dot);
  }

  /** How endpoints are found. */
  enum Resolution {
    /** Agents announce them. */
    ANNOUNCED,
    /** The ServiceEntry lists them, or selects among the announced. */
    STATIC,
    /** By DNS, on the agent's own thread: all addresses. */
    DNS,
    /** By DNS, on the agent's own thread: the first address. */
    DNS_ROUND_ROBIN,
    /** As the application itself would. */
    NONE
  }

  /**
   * A port.
   *
   * @param number the port that callers name
   * @param targetPort the port of the endpoints, unless an endpoint says another
   * @param name its name; an announced one has its number
   * @param protocol what is spoken there
   */
  record Port(int number, int targetPort, String name, Protocol protocol) {}

  /**
   * An endpoint that a ServiceEntry lists.
   *
   * @param address an IP address, or a name where the resolution is DNS
   * @param ports its ports by the name of the service's port
   * @param labels for subsets
   * @param locality {@code region/zone/subzone}; empty if unknown
   * @param weight 1 or more
   * @param account whom it runs as; null if that is not told
   */
  record Endpoint(
      String address,
      Map<String, Integer> ports,
      Map<String, String> labels,
      String locality,
      int weight,
      @Nullable Account account) {
    Endpoint {
      ports = Map.copyOf(ports);
      labels = Map.copyOf(labels);
    }
  }

  /** An account of the mesh, which an identity is made of. */
  record Account(String namespace, String name) {}
}
