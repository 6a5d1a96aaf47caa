/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.compiler;

import dev.weft.protocol.names.ResourceNames;
import org.jspecify.annotations.Nullable;

/** Resolves what a VirtualService calls a destination. Immutable. */
final class Destinations {
  private static final int MAX_PORT = 65_535;

  private final Services services;
  private final DestinationRules rules;

  Destinations(Services services, DestinationRules rules) {
    this.services = services;
    this.rules = rules;
  }

  /**
   * Resolves a destination in the eyes of the namespace that its resource is in. What is not there
   * is reported; its cluster is named all the same, and requests to it are answered with 503.
   *
   * @param listenerPort the port that the caller named
   */
  Resolved resolve(Field destination, String namespace, int listenerPort, Report report) {
    Field hostField = destination.get("host");
    Field portField = destination.get("port").get("number");
    String host = services.resolve(hostField.text(), namespace);
    String subset = destination.get("subset").text();
    int port = (int) report.number(portField, 1, MAX_PORT, 0);
    Service service = services.find(host, namespace);
    if (service == null) {
      report.severe(
          "DestinationNotFound",
          hostField,
          host
              + " is no service that agents announce or a ServiceEntry declares; requests to it"
              + " are answered with 503");
      return new Resolved(
          ResourceNames.outboundCluster(port > 0 ? port : listenerPort, subset, host), null);
    }
    if (port == 0) {
      port = service.ports().size() == 1 ? service.ports().get(0).number() : listenerPort;
    }
    checkPort(service, port, portField.isPresent() ? portField : hostField, report);
    checkSubset(service, subset, namespace, destination.get("subset"), report);
    return new Resolved(
        ResourceNames.outboundCluster(port, subset, host),
        new RouteTemplate.Destination(service, port, subset));
  }

  private static void checkPort(Service service, int port, Field field, Report report) {
    if (service.port(port) == null) {
      report.severe(
          "PortNotFound",
          field,
          service.host()
              + " has no port "
              + port
              + " (expected: "
              + service.ports().stream().map(Service.Port::number).toList()
              + "); requests to it are answered with 503");
    }
  }

  private void checkSubset(
      Service service, String subset, String namespace, Field field, Report report) {
    if (!subset.isEmpty() && !rules.haveSubset(service, namespace, subset)) {
      report.severe(
          "SubsetNotFound",
          field,
          "no DestinationRule for "
              + service.host()
              + " has a subset "
              + subset
              + "; requests to it are answered with 503");
    }
  }

  /**
   * A destination.
   *
   * @param cluster the cluster's name
   * @param destination the service; null if there is none
   */
  record Resolved(String cluster, RouteTemplate.@Nullable Destination destination) {}
}
