/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ResourceFileTest {
  @Test
  void goodResourcesAreReadBesideBadOnesWhichAreNamedByTheirLine() {
    ResourceFile file =
        ResourceFile.parse(
            "shop.yaml",
            """
            apiVersion: networking.istio.io/v1beta1
            kind: ServiceEntry
            metadata: {name: bank}
            spec: {hosts: [bank]}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: Orders
            spec:
              hosts: [orders]
              http:
              - route:
                - destination: {host: orders}
                  weight: -1
            """);

    assertThat(file.resources())
        .extracting(PolicyResource::key)
        .hasToString("[ServiceEntry default/bank]");
    assertThat(file.resources().get(0).json().path("apiVersion").asText())
        .isEqualTo("networking.istio.io/v1");
    assertThat(file.documents()).extracting(YamlDocument::line).containsExactly(1);
    assertThat(file.problems())
        .containsExactly(
            "shop.yaml:9: VirtualService Orders: metadata.name: \"Orders\" (expected: lower case"
                + " letters, digits, hyphens and dots, at most 253, a letter or digit at both"
                + " ends)",
            "shop.yaml:15: VirtualService Orders: spec.http[0].route[0].weight: -1 (expected: >="
                + " 0)");
  }

  @Test
  void anUnknownKindIsNamed() {
    assertThat(ResourceFile.parse("a.yaml", "apiVersion: v1\nkind: Pod\n").problems())
        .singleElement()
        .asString()
        .startsWith(
            "a.yaml:2: kind: v1 Pod (expected: one of gateway.networking.k8s.io/v1 HTTPRoute");
  }

  @Test
  void aFileThatIsNoYamlHasOneProblem() {
    assertThat(ResourceFile.parse("a.yaml", "a: [").problems())
        .singleElement()
        .asString()
        .startsWith("a.yaml:");
  }

  @Test
  void aFileThatCannotBeReadHasOneProblem() {
    assertThat(ResourceFile.read(Path.of("/nowhere/a.yaml")).problems())
        .singleElement()
        .asString()
        .startsWith("/nowhere/a.yaml:1: cannot be read");
  }

  @Test
  void hiddenFilesAndOtherExtensionsAreNoResourceFiles() {
    assertThat(ResourceFile.isOne(Path.of("x/a.yaml"))).isTrue();
    assertThat(ResourceFile.isOne(Path.of("x/a.json"))).isTrue();
    assertThat(ResourceFile.isOne(Path.of("x/.a.yaml"))).isFalse();
    assertThat(ResourceFile.isOne(Path.of("x/a.yaml~"))).isFalse();
  }
}
