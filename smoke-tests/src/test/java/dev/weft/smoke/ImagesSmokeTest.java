/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.weft.lab.Http;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The images themselves: with and without the agent, in little memory, for other uses. */
@NeedsDocker
class ImagesSmokeTest {
  @Test
  void plainAndWovenApplicationsCallEachOther(Mesh mesh) {
    try (Box plainCaller = mesh.app("plain-caller", "weft-app-plain-caller-plain").start()) {
      for (Box caller : List.of(plainCaller, mesh.caller())) {
        assertThat(Mesh.calls(caller, "http://plain-a:8080/version", 20))
            .isEqualTo(Map.of("plain-a", 20));
        assertThat(Mesh.calls(caller, "http://echo-v1:8080/version", 20))
            .isEqualTo(Map.of("v1", 20));
      }
    }
  }

  @Test
  void theShopRunsWithoutTheAgent(Mesh mesh) {
    try (Box orders = mesh.app("orders", "weft-app-orders-plain").build();
        Box pricing =
            mesh.app("pricing", "weft-app-pricing-plain").port(50051).health(null).build();
        Box basket =
            mesh.app("basket", "weft-app-basket-plain")
                .env("ORDERS_URL", "http://orders:8080")
                .build();
        Box checkout =
            mesh.app("checkout", "weft-app-checkout-plain")
                .env("ORDERS_URL", "http://orders:8080")
                .build();
        Box front =
            mesh.app("shop-front", "weft-app-shop-front-plain")
                .env("ORDERS_URL", "http://orders:8080")
                .env("BASKET_URL", "http://basket:8080")
                .build()) {
      Mesh.startAll(orders, pricing, basket, checkout, front);

      assertThat(
              Stream.of(
                  front.url() + "/orders",
                  front.url() + "/basket",
                  checkout.url() + "/checkout",
                  basket.url() + "/price"))
          .allSatisfy(url -> assertThat(Http.get(url).statusCode()).as(url).isEqualTo(200));
    }
  }

  @Test
  void halfAGigabyteAndOneProcessorAreEnough(Mesh mesh) {
    assertThat(mesh.calls("http://plain-a:8080/version", 3_000))
        .isEqualTo(Map.of("plain-a", 3_000));

    for (Box box : List.of(mesh.caller(), mesh.v1(), mesh.v2(), mesh.server())) {
      InspectContainerResponse about = box.inspect();
      assertThat(about.getHostConfig().getMemory()).isEqualTo(512L << 20);
      assertThat(about.getHostConfig().getNanoCPUs()).isEqualTo(1_000_000_000L);
      assertThat(about.getState().getRunning()).isTrue();
      assertThat(about.getState().getOOMKilled()).isFalse();
    }
  }

  @Test
  void theServersContainerIsHealthyAndItsOwnFilesAreReadOnly(Mesh mesh) {
    mesh.server()
        .await(
            "be healthy",
            () -> "healthy".equals(mesh.server().inspect().getState().getHealth().getStatus()));

    assertThat(mesh.server().inspect().getHostConfig().getReadonlyRootfs()).isTrue();
    assertThat(mesh.server().inspect().getConfig().getUser()).isEqualTo("10001:10001");
  }

  @Test
  void theAgentIsCopiedFromItsImageAsTheOpenTelemetryOperatorDoes() {
    Images.build();

    String copied =
        Command.run(
                List.of(
                    "docker",
                    "run",
                    "--rm",
                    "--network",
                    "none",
                    "weft-agent",
                    "sh",
                    "-c",
                    "cp /javaagent.jar /tmp/javaagent.jar && ls -l /tmp/javaagent.jar"))
            .orFail();

    assertThat(copied).matches("(?s).*-r.* [0-9]{8} .*/tmp/javaagent.jar\\s*");
  }
}
