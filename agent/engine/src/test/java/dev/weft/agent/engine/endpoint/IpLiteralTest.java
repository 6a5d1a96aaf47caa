/*
 * Copyright The Weft Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.weft.agent.engine.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpLiteralTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "255.255.255.255",
        "::",
        "::1",
        "1::",
        "fe80::a:b",
        "1:2:3:4:5:6:7:8",
        "ABCD:EF01:2345:6789:abcd:ef01:2345:6789",
        "2001:db8::10.0.0.1",
        "1:2:3:4:5:6:10.0.0.1",
        "::2:3:4:5:6:7:8",
      })
  void addressesAreParsedAsTheJdkDoes(String text) throws UnknownHostException {
    assertThat(IpLiteral.parse(text)).isEqualTo(InetAddress.getByName(text).getAddress());
    assertThat(IpLiteral.is(text)).isTrue();
    assertThat(IpLiteral.is("[" + text + "]")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "1.2.3.",
        ".1.2.3",
        "01.2.3.4",
        "1.2.3.-4",
        "orders",
        "1.2.3.x",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "g::",
        "fe80::1%eth0",
        "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:6:7::8",
        "１.2.3.4",
      })
  void whatIsNoAddressIsNone(String text) {
    assertThat(IpLiteral.parse(text)).isNull();
    assertThat(IpLiteral.is(text)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"[, false", "[], false", "[1.2.3.4, false", "deadbeef, false", "a.b.c.d, false"})
  void whatLooksLikeOneIsNone(String text, boolean expected) {
    assertThat(IpLiteral.is(text)).isEqualTo(expected);
  }
}
