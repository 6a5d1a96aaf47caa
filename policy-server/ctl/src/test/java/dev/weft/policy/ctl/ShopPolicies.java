/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.ctl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of policies: a service in two versions, and who is sent to which. */
final class ShopPolicies {
  private static final String SERVICE =
      """
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata: {name: orders, namespace: shop}
      spec:
        hosts: [orders.example]
        resolution: STATIC
        ports: [{number: 80, name: http, protocol: HTTP}]
        endpoints:
        - {address: 10.0.0.1, labels: {version: v1}}
        - {address: 10.0.0.2, labels: {version: v2}}
      ---
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata: {name: orders, namespace: shop}
      spec:
        host: orders.example
        subsets:
        - {name: v1, labels: {version: v1}}
        - {name: v2, labels: {version: v2}}
      """;

  private static final String ROUTES =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata:
        name: orders
        namespace: shop
      spec:
        hosts: [orders.example]
        http:
        - name: testers
          match: [{headers: {x-user: {exact: tester}}}]
          route: [{destination: {host: orders.example, subset: v2}}]
        - name: canary
          timeout: 2s
          fault: {delay: {fixedDelay: 1s, percentage: {value: 10}}}
          route:
          - destination: {host: orders.example, subset: v1}
            weight: 90
          - destination: {host: orders.example, subset: v2}
            weight: 10
      """;

  private ShopPolicies() {}

  static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("orders.yaml"), SERVICE);
    Files.writeString(folder.resolve("routes.yaml"), ROUTES);
  }

  /** Writes a rule for all of the service's traffic. */
  static void writeRule(Path folder, String trafficPolicy) throws IOException {
    Files.writeString(
        folder.resolve("orders.yaml"),
        SERVICE.replace("  subsets:", "  trafficPolicy: {" + trafficPolicy + "}\n  subsets:"));
  }

  /** Writes the folder with one text replaced in the routes. */
  static void writeWith(Path folder, String text, String replacement) throws IOException {
    write(folder);
    Files.writeString(folder.resolve("routes.yaml"), ROUTES.replace(text, replacement));
  }
}
