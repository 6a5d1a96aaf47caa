/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Networks that are cut under open connections. */
@NeedsDocker
class NetworkCutSmokeTest {
  @Test
  void anAgentThatIsCutOffFromTheServerKeepsItsPolicyAndCatchesUpAfterwards(Mesh mesh) {
    mesh.policies().subsets("echo");
    mesh.policies().weights("echo", 100, 0);
    mesh.awaitOnly(Mesh.ECHO, "v1");
    String address = mesh.caller().address(mesh.side());

    mesh.caller().cut(mesh.side());
    mesh.server().await("miss it", () -> !mesh.agent("caller").contains("\"connected\":true"));
    mesh.policies().weights("echo", 0, 100);
    assertThat(mesh.calls(Mesh.ECHO, 200)).isEqualTo(Map.of("v1", 200));
    mesh.caller().mend(mesh.side(), address);

    mesh.awaitOnly(Mesh.ECHO, "v2");
    mesh.awaitAgents("caller");
  }

  @Test
  void anEndpointThatIsCutOffIsEjectedAndComesBack(Mesh mesh) {
    String url = "http://catalog.shop/version";
    String address = mesh.plainA().address(mesh.wire());
    mesh.policies().service("catalog.shop", address, mesh.plainB().address(mesh.wire()));
    mesh.policies()
        .destinationRule(
            "catalog.shop",
            """
              trafficPolicy:
                connectionPool: {tcp: {connectTimeout: 500ms}}
                outlierDetection:
                  consecutive5xxErrors: 2
                  interval: 1s
                  baseEjectionTime: 10s
                  maxEjectionPercent: 100
            """);
    mesh.policies()
        .virtualService(
            "catalog.shop",
            """
              - route:
                - destination: {host: catalog.shop}
                timeout: 4s
                retries: {attempts: 2, perTryTimeout: 1s, retryOn: "connect-failure,reset,5xx"}
            """);
    mesh.caller().await("use both", () -> mesh.calls(url, 20).keySet().size() == 2);

    mesh.plainA().cut(mesh.wire());

    try {
      mesh.caller().await("leave it out", () -> mesh.calls(url, 20).equals(Map.of("plain-b", 20)));
    } finally {
      mesh.plainA().mend(mesh.wire(), address);
    }
    mesh.caller().await("take it back", () -> mesh.calls(url, 20).containsKey("plain-a"));
  }
}
