/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServiceNameTest {
  @ParameterizedTest
  @MethodSource
  void mainJarOrClassNamesTheService(String command, String service) {
    assertThat(ServiceName.of("", Map.of("sun.java.command", command), Map.of()))
        .isEqualTo(service);
  }

  static Stream<Arguments> mainJarOrClassNamesTheService() {
    return Stream.of(
        argumentSet(
            "jar with version", "/apps/shop-front-1.2.3-SNAPSHOT.jar --port 1", "shop-front"),
        argumentSet("jar", "orders.jar", "orders"),
        argumentSet("class", "com.example.ShopFront", "shop-front"),
        argumentSet("module", "shop/com.example.Orders x", "orders"),
        argumentSet("odd characters", "My_App.jar", "my-app"));
  }

  @Test
  void optionWinsOverUpstreamsName() {
    Map<String, String> properties = Map.of("otel.service.name", "invoices");

    assertThat(ServiceName.of("orders", properties, Map.of())).isEqualTo("orders");
    assertThat(ServiceName.of("", properties, Map.of())).isEqualTo("invoices");
  }

  @Test
  void upstreamsNameMayBeInTheEnvironment() {
    assertThat(ServiceName.of("", Map.of(), Map.of("OTEL_SERVICE_NAME", "orders")))
        .isEqualTo("orders");
    assertThat(
            ServiceName.of(
                "", Map.of(), Map.of("OTEL_RESOURCE_ATTRIBUTES", "a=b,service.name=orders")))
        .isEqualTo("orders");
  }

  @Test
  void nothingKnownIsUnknown() {
    assertThat(ServiceName.of("", Map.of(), Map.of())).isEqualTo("unknown");
  }
}
