/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.agent.control.cache.ConfigFile;
import dev.weft.agent.control.cache.SavedConfig;
import dev.weft.agent.control.translate.Translator;
import dev.weft.agent.control.translate.XdsResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyFolderTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1234));
  private static final Mesh MESH = new Mesh("cluster.local", Mesh.OutboundPolicy.ALLOW_ANY);
  private static final String ORDERS =
      """
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata: {name: orders, namespace: shop}
      spec:
        hosts: [orders.example]
        resolution: STATIC
        ports: [{number: 80, name: http, protocol: HTTP}]
        endpoints: [{address: 10.0.0.1}]
      """;

  @TempDir private Path folder;

  @Test
  void whatIsCompiledIsWhatAnAgentReads() throws IOException {
    Files.createDirectory(folder.resolve("below"));
    Files.writeString(folder.resolve("below/orders.yaml"), ORDERS);
    Path output = folder.resolve("compiled/mesh.xds");

    PolicyFolder policies = PolicyFolder.read(folder);
    PolicyFolder.Compiled compiled = policies.compile(MESH, Caller.DEFAULT, CLOCK);
    compiled.write(output);

    assertThat(policies.problems()).isEmpty();
    assertThat(compiled.errors()).isEmpty();
    assertThat(compiled.warnings()).isEmpty();
    SavedConfig saved = new ConfigFile(output).read();
    assertThat(saved.savedAtMillis()).isEqualTo(1234);
    assertThat(saved.resources())
        .extracting(XdsResource::name)
        .contains("outbound|80||orders.example", "0.0.0.0_80", "80");
    assertThat(Translator.translate(saved.resources()).problems()).isEmpty();
  }

  @Test
  void aBadFileIsAProblemAndTheOthersAreRead() throws IOException {
    Files.writeString(folder.resolve("a.yaml"), "kind: Nonsense\n");
    Files.writeString(folder.resolve("orders.yaml"), ORDERS);
    Files.writeString(folder.resolve("orders-again.yaml"), ORDERS);

    PolicyFolder policies = PolicyFolder.read(folder);

    assertThat(policies.resources()).hasSize(1);
    assertThat(policies.problems())
        .satisfiesExactly(
            problem -> assertThat(problem).contains("a.yaml:1", "Nonsense"),
            problem ->
                assertThat(problem)
                    .contains(
                        "orders.yaml:1: ServiceEntry shop/orders is in ", "orders-again.yaml"));
  }

  @Test
  void whatIsWrongWithAPolicyIsSaid() throws IOException {
    Files.writeString(
        folder.resolve("routes.yaml"),
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: orders, namespace: shop}
        spec:
          hosts: [orders.example]
          http: [{route: [{destination: {host: nowhere.example}}]}]
        """);

    PolicyFolder.Compiled compiled = PolicyFolder.read(folder).compile(MESH, Caller.DEFAULT, CLOCK);

    assertThat(compiled.warnings())
        .singleElement()
        .asString()
        .contains("routes.yaml:5: VirtualService shop/orders: spec.hosts[0]: ");
    assertThat(compiled.errors())
        .singleElement()
        .asString()
        .contains(
            "routes.yaml:6: VirtualService shop/orders:"
                + " spec.http[0].route[0].destination.host: ");
  }
}
