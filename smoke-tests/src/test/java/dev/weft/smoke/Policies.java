/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import dev.weft.lab.Http;
import java.net.http.HttpResponse;

/**
 * The policies of a server's default namespace, by server-side apply.
 *
 * @param server its URL
 */
record Policies(String server) {
  private static final String NETWORKING = "networking.istio.io/v1";
  private static final String SECURITY = "security.istio.io/v1";

  /** Tells the releases of a service apart by their label {@code version}. */
  void subsets(String service) {
    apply(
        "DestinationRule",
        "destinationrules",
        service,
        """
          host: %s
          subsets:
          - {name: v1, labels: {version: v1}}
          - {name: v2, labels: {version: v2}}
        """
            .formatted(service));
  }

  /** Shares a service's calls out to its releases. */
  void weights(String service, int v1, int v2) {
    virtualService(
        service,
        """
          - route:
            - {destination: {host: %1$s, subset: v1}, weight: %2$d}
            - {destination: {host: %1$s, subset: v2}, weight: %3$d}
        """
            .formatted(service, v1, v2));
  }

  /** Sets the routes of a host, which names the resource too. */
  void virtualService(String host, String routes) {
    apply("VirtualService", "virtualservices", host, "  hosts: [" + host + "]\n  http:\n" + routes);
  }

  /** Sets how a host is called. */
  void destinationRule(String host, String trafficPolicy) {
    apply("DestinationRule", "destinationrules", host, "  host: " + host + "\n" + trafficPolicy);
  }

  /** Declares a host on port 80 with endpoints that listen on 8080. */
  void service(String host, String... addresses) {
    StringBuilder spec = new StringBuilder("  hosts: [" + host + "]\n");
    spec.append("  ports: [{number: 80, name: http, protocol: HTTP}]\n");
    spec.append("  resolution: STATIC\n  endpoints:\n");
    for (String address : addresses) {
      spec.append("  - {address: ").append(address).append(", ports: {http: 8080}}\n");
    }
    apply("ServiceEntry", "serviceentries", host, spec.toString());
  }

  /** Sets the mode of mutual TLS of a service. */
  void peerAuthentication(String service, String mode) {
    apply(
        SECURITY,
        "PeerAuthentication",
        "peerauthentications",
        service,
        "  selector: {matchLabels: {app: %s}}\n  mtls: {mode: %s}\n".formatted(service, mode));
  }

  private void apply(String kind, String plural, String name, String spec) {
    apply(NETWORKING, kind, plural, name, spec);
  }

  private void apply(String api, String kind, String plural, String name, String spec) {
    String yaml =
        "apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\nspec:\n%s"
            .formatted(api, kind, name, spec);
    HttpResponse<String> answer =
        Http.send(
            "PATCH",
            server
                + "/apis/"
                + api
                + "/namespaces/default/"
                + plural
                + "/"
                + name
                + "?fieldManager=smoke&force=true",
            yaml,
            "content-type",
            "application/apply-patch+yaml");
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body() + "\n" + yaml);
    }
  }
}
