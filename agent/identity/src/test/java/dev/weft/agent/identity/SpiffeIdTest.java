/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {
  @Test
  void textAndPartsSayTheSame() {
    SpiffeId id = SpiffeId.parse("spiffe://mesh.test/ns/shop/sa/Orders_v2.1");

    assertThat(id).isEqualTo(new SpiffeId("mesh.test", "shop", "Orders_v2.1"));
    assertThat(id).hasToString("spiffe://mesh.test/ns/shop/sa/Orders_v2.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "spiffe://",
        "http://mesh.test/ns/shop/sa/orders",
        "spiffe://mesh.test/ns/shop/sa/orders/",
        "spiffe://mesh.test/ns/shop/sa/",
        "spiffe://mesh.test/ns//sa/orders",
        "spiffe://mesh.test/sa/orders/ns/shop",
        "spiffe:///ns/shop/sa/orders",
        "spiffe://MESH.test/ns/shop/sa/orders",
        "spiffe://mesh.test:80/ns/shop/sa/orders",
        "spiffe://mesh.test/ns/../sa/orders",
        "spiffe://mesh.test/ns/shop/sa/orders?x=1",
        "spiffe://mesh.test/ns/shop/sa/or%64ers",
        "SPIFFE://mesh.test/ns/shop/sa/orders"
      })
  void whatIsNotOfTheFormIsRefused(String text) {
    assertThatThrownBy(() -> SpiffeId.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
