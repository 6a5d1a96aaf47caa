/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.instrumentation.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "orders,orders",
    "orders.shop:8080,orders.shop:8080",
    "[::1]:8080,[::1]:8080",
    "dns:///orders:80,orders:80",
    "DNS:///orders:80,orders:80",
    "dns:/orders:80,orders:80",
    "dns://8.8.8.8/orders,orders",
    "unix:socket,",
    "unix:/run/socket,",
    "xds:///orders,",
    "static://localhost:9090,",
  })
  void namesOfDnsAreTheMeshs(String target, @Nullable String name) {
    assertThat(Target.dnsName(target)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "orders,orders,80",
    "orders:8080,orders,8080",
    "[::1]:8080,[::1],8080",
    "[::1],[::1],80",
    "orders:,orders:,80",
    "orders:http,orders:http,80"
  })
  void anAuthorityHasAHostAndAPort(String text, String host, int port) {
    assertThat(Authority.parse(text, 80)).isEqualTo(new Authority(host, port));
  }

  @Test
  void aServiceConfigKeepsWhatIsNotTheMeshs() {
    assertThat(
            ServiceConfig.withoutBalancingAndRetries(
                Map.of(
                    "loadBalancingConfig",
                    List.of(),
                    "methodConfig",
                    List.of(Map.of("timeout", "1s", "retryPolicy", Map.of())))))
        .isEqualTo(Map.of("methodConfig", List.of(Map.of("timeout", "1s"))));
  }
}
