/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
  @ParameterizedTest
  @CsvSource({
    "http://orders, orders, 80, /",
    "http://orders:8080/a%20b?c=d, orders, 8080, /a%20b?c=d",
    "orders.shop:81, orders.shop, 81, /",
    "orders/x, orders, 80, /x"
  })
  void takesAUrlApart(String url, String host, int port, String path) {
    Request request = Request.of("get", url, Map.of("X-User", "a"));

    assertThat(request).isEqualTo(new Request("GET", host, port, path, Map.of("x-user", "a")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://orders/", "ftp://orders", "http://", "http://a b"})
  void refusesWhatIsNoPlainHttpUrl(String url) {
    assertThatThrownBy(() -> Request.of("GET", url, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(url);
  }

  @Test
  void namesOfHeadersAreInLowerCase() {
    assertThat(Request.of("GET", "http://a/", Map.of("End-User", "b")).headers())
        .containsExactly(Map.entry("end-user", "b"));
  }
}
